/* Programs that read logs and tell somebody: logcheck, swatch and logwatch. Sources:
 * logcheck(8) and the script of 1.4.2; logcheck.sh of logcheck 1.1.1; swatchdog(1) of
 * swatch 3.2.4; logwatch(8) and logwatch.pl of 7.7. */
#ifndef POLICY_MODELS_LOG_WATCHERS_H
#define POLICY_MODELS_LOG_WATCHERS_H

#include "policy/kinds/kind.h"
#include "policy/place.h"

/* A list of texts, each with the place that says it. */
struct log_words {
	struct log_word {
		char *text;
		struct place place;
	} * items;
	size_t count;
	char *doubt; /* why there may be others; NULL */
	const char *doubt_file; /* where; borrowed from the host */
	bool may_drop; /* those that are there may not count either */
};

struct log_watcher {
	bool is_there; /* its program is; of swatch: something starts it */
	bool is_missing; /* of swatch: what starts it finds no program */
	bool prints; /* of logcheck: by its configuration it sends no mail */
	bool has_other; /* of logcheck: settings that are not followed */
	const char *idle; /* why it may tell nobody, or another; NULL */
	struct log_words to; /* whom it tells */
	struct log_words files; /* which logs it reads; "journal" is systemd's */
	bool is_set; /* of logwatch: a line says whom it tells */
	bool mails; /* of logwatch: by its configuration it sends mail by itself */
	struct place boot; /* of swatch: what starts it at the boot; nowhere: nothing */
	char *boot_doubt; /* of swatch: why that can't be told; NULL */
};

void
log_words_add(struct log_words *words, const char *text, size_t size, struct place place);

/* Doubts WORDS by REASON, of which the first counts; MAY_DROP: those that are there too.
 */
void
log_words_doubt(
	struct log_words *words, const char *file, const char *reason, bool may_drop);

/* Each is freed by log_watcher_free; places are those of the host's files. */
void
log_watcher_read_logcheck(struct host *host, struct log_watcher *ret_watcher);

/* Whether PATH, which is absolute, is the logcheck.sh of old, or one like it. */
bool
log_script_is(struct host *host, const char *path);

/* Such a one, by its own text. */
void
log_script_read(struct host *host, const char *path, struct log_watcher *ret_watcher);

void
log_watcher_read_swatch(struct host *host, struct log_watcher *ret_watcher);

void
log_watcher_read_logwatch(struct host *host, struct log_watcher *ret_watcher);

void
log_watcher_free(struct log_watcher *watcher);

#endif
