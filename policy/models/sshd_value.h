/* The values that sshd takes, and the form in which they are compared: as `sshd -T`
 * prints them. All are struct sshd_value_parser. Sources:
 * process_server_config_line_depth and dump_config in servconf.c, convtime and
 * parse_ipqos in misc.c. */
#ifndef POLICY_MODELS_SSHD_VALUE_H
#define POLICY_MODELS_SSHD_VALUE_H

#include "policy/models/sshd_keyword.h"

sshd_value_parser sshd_value_choice, sshd_value_exact_choice, sshd_value_number,
	sshd_value_time, sshd_value_timeout, sshd_value_octal, sshd_value_word,
	sshd_value_file, sshd_value_rest, sshd_value_command, sshd_value_addendum,
	sshd_value_rejected, sshd_value_flag_or_list, sshd_value_ignored;

/* Values of several words or with an inner form: sshd_list.c. */
sshd_value_parser sshd_list_words, sshd_list_port, sshd_list_address, sshd_list_users,
	sshd_list_accept_env, sshd_list_set_env, sshd_list_subsystem, sshd_list_startups,
	sshd_list_netblock, sshd_list_limit, sshd_list_rekey, sshd_list_ipqos,
	sshd_list_permit, sshd_list_methods, sshd_list_channels, sshd_list_alone,
	sshd_list_pubkey_options, sshd_list_protocol, sshd_list_some;

/* Lists of algorithms: sshd_algorithms.c. */
sshd_value_parser sshd_algorithms_parse;

extern const struct sshd_choice sshd_value_flags[], sshd_value_root_login[],
	sshd_value_rhosts[], sshd_value_families[], sshd_value_compression[],
	sshd_value_gateway[], sshd_value_forwarding[], sshd_value_tunnel[],
	sshd_value_facilities[], sshd_value_levels[], sshd_value_hashes[],
	sshd_value_privsep[];

/* Whether a value of KEYWORD, in compared form, is a number; seconds for times. */
bool
sshd_value_is_number(const struct sshd_keyword *keyword);

/* sshd's convtime: "1h30m" is 5400; -1 when it is no time. */
long
sshd_value_seconds(const char *text);

/* TEXT, as one would write it after KEYWORD, in compared form. The caller frees. NULL
 * with *err when VERSION rejects it. */
char *
sshd_value_normal(const struct sshd_keyword *keyword, int version, const char *text,
	struct error *err);

#endif
