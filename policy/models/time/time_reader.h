/* What the readers of time daemons' configurations share; for time_*.c alone. */
#ifndef POLICY_MODELS_TIME_READER_H
#define POLICY_MODELS_TIME_READER_H

#include "policy/models/time/time_conf.h"

enum {
	TIME_WORDS_MAX = 64,
	TIME_BYTES_MAX = 32 << 20, /* of all files together, each as often as it is read
				    */
};

/* One line, cut into words. */
struct time_line {
	char *text; /* owned; words point into it */
	char *words[TIME_WORDS_MAX];
	size_t count; /* TIME_WORDS_MAX: there may be more */
	struct place place;
};

/* Cuts LINE at blanks as isspace(3) has them, and at a NUL. */
void
time_line_cut(struct bytes line, struct place place, struct time_line *ret_line);

/* Takes NAME. */
void
time_add(struct time_daemon *daemon, enum time_use use, const char *directive, char *name,
	struct place place);

void
time_doubt(struct time_daemon *daemon, bool may_drop, struct place place,
	const char *format, ...) __attribute__((format(printf, 4, 5)));

/* The first counts. */
void
time_invalid(struct time_daemon *daemon, struct place place, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Whether FILE was read; else there is a doubt about DAEMON for one that is refused. An
 * absent one is for the caller. Counts in *BYTES what was read so far. */
bool
time_readable(struct time_daemon *daemon, const struct file *file, size_t *bytes);

/* Whether VALUE, in seconds, is so small that no source may come up to it: below 0.001.
 * What is not understood is. */
bool
time_is_tiny(const char *value);

/* The files of several folders, of which a daemon takes the first of each name. */
struct time_files {
	struct time_file {
		char *path;
		size_t folder;
	} * items;
	size_t count;
};

/* Takes PATH, which is in the folder number FOLDER. */
void
time_files_add(struct time_files *files, char *path, size_t folder);

/* Puts them in the order of their base names, and takes out those of the later folders
 * that have the name of another. */
void
time_files_sort(struct time_files *files);

void
time_files_free(struct time_files *files);

/* Each reads the configuration at DAEMON's path. */
void
time_chrony_read(struct host *host, struct time_daemon *daemon);

void
time_ntp_read(struct host *host, struct time_daemon *daemon);

void
time_timesyncd_read(struct host *host, struct time_daemon *daemon);

/* Whether a line of chrony.conf(5) that is none of the directives for sources, include
 * and folders is one that chronyd takes, and says nothing of sources. */
bool
time_chrony_knows(const struct time_line *line);

enum time_option {
	TIME_OPTION_FINE,
	TIME_OPTION_WATCHED, /* noselect is among them */
	TIME_OPTION_OFFLINE, /* offline is */
	TIME_OPTION_STRANGE, /* one is not known, or its value */
};

/* The options of a source, from the word at FIRST on; *ret_strange is the word. */
enum time_option
time_chrony_options(const struct time_line *line, bool is_clock, size_t first,
	const char **ret_strange);

#endif
