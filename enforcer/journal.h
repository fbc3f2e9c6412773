/* The journal: ROOT/var/lib/holdfast, 0700. One directory a change, named by its number:
 *
 *	intent		the record as JSON
 *	old.N, new.N	the bytes of file N before and after
 *	state		one word, replaced by rename: see enum state
 *	trial, logins	of a change that must be confirmed: see trial.h
 *	pruned		the bytes were dropped, or some of them when that was cut short
 *
 * and beside them the log (see changelog.h) and, of a journal that --journal placed, the
 * file "root" with the path of the root that it is of. */
#ifndef ENFORCER_JOURNAL_H
#define ENFORCER_JOURNAL_H

#include "enforcer/record.h"
#include "enforcer/trial.h"

#define JOURNAL_ROOT "root"
#define JOURNAL_DEFAULT "/var/lib/holdfast" /* under the root */

struct journal {
	int fd; /* the directory; -1 when there is none */
	char *path; /* for messages */
};

/* Opens DIRECTORY (NULL: var/lib/holdfast under ROOT, an open directory), creating it
 * when CREATE. Refuses one that others own or can look into, and one of another root. 0;
 * or 1 when there is none and it was not to be created; or -1. Closed by journal_close in
 * any case. */
int
journal_open(int root, const char *directory, bool create, struct journal *ret_journal,
	struct error *err);

/* Takes the lock, which lasts until journal_close. *ret_waited: another run had it. */
int
journal_lock(const struct journal *journal, bool *ret_waited, struct error *err);

void
journal_close(struct journal *journal);

enum { JOURNAL_FOLDERS = 3 };

/* What opening a journal that is to be created may leave: its folder, and var/lib and var
 * above it. */
struct journal_traces {
	int root; /* and DIRECTORY, borrowed: as of journal_open */
	const char *directory;
	bool is_new[JOURNAL_FOLDERS]; /* it was not there */
};

/* Before the journal is opened. */
void
journal_traces_look(int root, const char *directory, struct journal_traces *ret_traces);

/* Takes away again what was not there, where nothing was put into it. */
void
journal_traces_remove(const struct journal_traces *traces);

/* The directory of change ID, open; -1 with errno. */
int
journal_open_change(const struct journal *journal, unsigned long id);

/* The numbers of all changes, ascending; the caller frees. */
int
journal_list(const struct journal *journal, unsigned long **ret_ids, size_t *ret_count,
	struct error *err);

/* Gives RECORD the next number after all in the journal and LOGGED, and writes it: its
 * bytes, its TRIAL (may be NULL), its intent, all on the disk, then the state intent.
 * After -1 nothing is left. */
int
journal_begin(const struct journal *journal, unsigned long logged, struct record *record,
	const struct trial *trial, struct error *err);

/* -1 with *err when the state is none that we know. */
int
journal_state(const struct journal *journal, unsigned long id, enum state *ret_state,
	struct error *err);

/* Durable when it returns 0. */
int
journal_set_state(const struct journal *journal, unsigned long id, enum state state,
	struct error *err);

/* Whether ID is a change that must be confirmed: 1, 0 or -1. A trial that is damaged is
 * one whose time is up. */
int
journal_trial(const struct journal *journal, unsigned long id, struct trial *ret_trial,
	struct error *err);

/* Keeps LOGINS, as login_list has them. */
int
journal_put_logins(const struct journal *journal, unsigned long id, struct bytes logins,
	struct error *err);

/* The caller frees; NULL with *err. */
char *
journal_logins(const struct journal *journal, unsigned long id, struct error *err);

/* Reads the record of ID; WITH_BYTES its old and new bytes too, whose hashes must be
 * those of the record. *ret_hash is the SHA-256 of the intent (may be NULL). Freed by
 * record_free, also after -1. */
int
journal_load(const struct journal *journal, unsigned long id, bool with_bytes,
	struct record *ret_record, char ret_hash[SHA256_HEX], struct error *err);

/* Removes the old and new bytes of ID (its hashes stay): 1, or 0 when there were none. */
int
journal_prune(const struct journal *journal, unsigned long id, struct error *err);

/* Whether the bytes of ID were pruned. */
bool
journal_is_pruned(const struct journal *journal, unsigned long id);

/* Removes what a run left that died before it changed anything. */
int
journal_forget(const struct journal *journal, unsigned long id, struct error *err);

#endif
