/* The values that sshd takes, and the form in which they are compared: as `sshd -T`
 * prints them. All are struct sshd_value_parser. Sources:
 * process_server_config_line_depth and dump_config in servconf.c, convtime and
 * parse_ipqos in misc.c. */
#ifndef POLICY_MODELS_SSHD_VALUE_H
#define POLICY_MODELS_SSHD_VALUE_H

#include "policy/models/sshd/sshd_keyword.h"

/* Words and choices of them. */
sshd_value_parser sshd_value_choice, sshd_value_exact_choice, sshd_value_word,
	sshd_value_rest, sshd_value_command, sshd_value_addendum, sshd_value_rejected,
	sshd_value_flag_or_list, sshd_value_ignored, sshd_value_unsupported;

/* Paths: sshd_path.c. */
sshd_value_parser sshd_path_file, sshd_path_agent, sshd_path_provider, sshd_path_keys,
	sshd_path_principals;

/* Numbers and times: sshd_number.c. */
sshd_value_parser sshd_number_parse, sshd_number_time, sshd_number_timeout,
	sshd_number_octal, sshd_number_startups, sshd_number_netblock, sshd_number_limit,
	sshd_number_rekey, sshd_number_ipqos;

/* Values of several words or with an inner form: sshd_list.c. */
sshd_value_parser sshd_list_words, sshd_list_users, sshd_list_accept_env,
	sshd_list_set_env, sshd_list_subsystem, sshd_list_methods, sshd_list_channels,
	sshd_list_verbose, sshd_list_pubkey_options, sshd_list_protocol, sshd_list_some;

/* Since 9.7 a list must have a word, wherever the line stands (found and nstrs in
 * process_server_config_line_depth). Returns -1 with *err when READING has none. */
int
sshd_list_given(const struct sshd_reading *reading, struct error *err);

/* Ports and addresses: sshd_port.c. */
sshd_value_parser sshd_port_parse, sshd_port_listen, sshd_port_permit;

/* Lists of algorithms: sshd_algorithms.c. */
sshd_value_parser sshd_algorithms_parse, sshd_algorithms_gss;

extern const struct sshd_choice sshd_value_flags[], sshd_value_root_login[],
	sshd_value_rhosts[], sshd_value_families[], sshd_value_compression[],
	sshd_value_gateway[], sshd_value_forwarding[], sshd_value_tunnel[],
	sshd_value_facilities[], sshd_value_levels[], sshd_value_hashes[],
	sshd_value_privsep[];

/* The first word; NULL with *err when there is none or an empty one. *ret_used is 1. */
const char *
sshd_value_first(const struct sshd_words *words, size_t *ret_used, struct error *err);

/* Adds WORD to a list of words with blanks between, in quotes where it holds a blank, so
 * that "a b" is not taken for two. */
void
sshd_value_add(struct buffer *list, const char *word);

/* All words with blanks between them; *ret_value is NULL when there are none, for a line
 * without effect. *ret_used is their number. */
void
sshd_value_join(const struct sshd_words *words, char **ret_value, size_t *ret_used);

/* Whether a value of KEYWORD, in compared form, is a number; seconds for times. */
bool
sshd_value_is_number(const struct sshd_keyword *keyword);

/* sshd's convtime: "1h30m" is 5400; -1 when it is no time. */
long
sshd_value_seconds(const char *text);

/* VALUE (taken; NULL stays NULL) of a line for KEYWORD as an answer has it: a timeout of
 * 0 is none. */
char *
sshd_value_shown(const struct sshd_keyword *keyword, char *value);

/* TEXT, as one would write it after KEYWORD, in compared form. The caller frees. NULL
 * with *err when VERSION rejects it. */
char *
sshd_value_normal(const struct sshd_keyword *keyword, int version, const char *text,
	struct error *err);

#endif
