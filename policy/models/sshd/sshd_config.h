/* The configuration of sshd as the daemon reads it: every line that counts, in the order
 * in which it counts, over all Includes. Sources: parse_server_config_depth,
 * process_server_config_line_depth and copy_set_server_options in servconf.c. */
#ifndef POLICY_MODELS_SSHD_CONFIG_H
#define POLICY_MODELS_SSHD_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "policy/kinds/kind.h"
#include "policy/models/sshd/sshd_keyword.h"
#include "policy/models/sshd/sshd_match.h"
#include "policy/models/sshd/sshd_people.h"
#include "policy/models/sshd/sshd_taken.h"

struct sshd_line {
	const struct sshd_keyword *keyword; /* synonyms resolved */
	const struct sshd_keyword *written;
	char *value; /* in compared form; NULL: without effect */
	const struct file *file;
	size_t offset; /* of the keyword in the file */
	size_t start, end; /* the span of the value in the file */
	long block; /* or SSHD_GLOBAL */
	struct sshd_mistake mistake; /* of which sshd has not died so far */
	bool command_line; /* given with -o or -p in FILE, which is no sshd_config */
};

/* Why the daemon would not start, or why that can't be told. */
struct sshd_problem {
	char *path; /* of the file */
	const struct file *file; /* NULL: the file as a whole */
	size_t offset;
	char *text;
	bool unknown;
};

struct sshd_config {
	int version;
	bool debian; /* built by Debian, or by who takes its packages */
	struct host *host;
	const struct file *main; /* the file named with -f, else /etc/ssh/sshd_config;
				    with -f none the one that says so */
	bool no_file; /* -f none: sshd reads no configuration */
	struct sshd_line *lines;
	size_t count;
	struct sshd_block *blocks;
	size_t block_count;
	struct sshd_people people;
	struct sshd_problem *problems;
	size_t problem_count;
	unsigned included; /* files so far */
	size_t bytes_left; /* of files that may still be read, each time they are */
	bool too_large; /* there were more of them */
	size_t port_count; /* Port lines so far */
	struct sshd_taken taken; /* so far, at the start */
	bool mistaken[SSHD_SETTING_COUNT]; /* a line for it has a mistake */
	bool ports_given; /* -p was: what Port says counts no more */
	bool other_ports; /* somebody else may listen for sshd, at ports of his own */
};

enum { SSHD_CONFIG_BYTES_MAX = 16 << 20 };

/* Reads the configuration as OpenSSH of VERSION, as DEBIAN builds it or not, would, files
 * of at most BYTES_MAX, one that is included again counted again. Never fails: what is
 * wrong stands in problems. Freed by sshd_config_free. */
void
sshd_config_load(const struct context *context, int version, bool debian,
	size_t bytes_max, struct sshd_config *ret_config);

void
sshd_config_free(struct sshd_config *config);

/* Notes that sshd rejects what stands at OFFSET of FILE: for sshd_check.c. */
void
sshd_config_reject(struct sshd_config *config, const struct file *file, size_t offset,
	const char *text);

/* Notes that what stands at OFFSET of FILE (NULL: no file) leaves it unknown what sshd
 * does: for sshd_options.c. */
void
sshd_config_doubt(struct sshd_config *config, const struct file *file, size_t offset,
	const char *text);

/* How what an option sets is taken. */
enum sshd_option {
	SSHD_OPTION_LINE, /* -o: like a line of the file */
	SSHD_OPTION_MORE, /* beside what is set */
	SSHD_OPTION_OVERRULES, /* before all others */
};

/* Adds TEXT as given with an option on the command line that stands from START to END of
 * FILE: for sshd_options.c. */
void
sshd_config_add_option(struct sshd_config *config, const struct file *file, size_t start,
	size_t end, const char *text, enum sshd_option option);

#endif
