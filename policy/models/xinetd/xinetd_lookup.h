/* The values that xinetd looks up in the system, and what their checks share with those
 * of xinetd_attribute.c. Sources: xinetd 2.3.15.3 parsers.c (protocol_parser,
 * user_parser, group_parser, server_parser, redir_parser, bind_parser). */
#ifndef POLICY_MODELS_XINETD_LOOKUP_H
#define POLICY_MODELS_XINETD_LOOKUP_H

#include "policy/models/xinetd/xinetd_attribute.h"
#include "policy/models/xinetd/xinetd_value.h"

/* One value list under judgement. */
struct xinetd_value {
	const struct xinetd_facts *facts;
	struct xinetd_service *service;
	char op;
	const struct words *values;
	const char *first; /* the first value, "" when there is none */
	struct error *err;
};

/* "bad value" of the first value; returns -1. */
int
xinetd_lookup_bad(const struct xinetd_value *a);

/* Each returns -1 with the error when the value is bad. */
int
xinetd_lookup_protocol(const struct xinetd_value *a);

int
xinetd_lookup_user(const struct xinetd_value *a);

int
xinetd_lookup_group(const struct xinetd_value *a);

int
xinetd_lookup_server(const struct xinetd_value *a);

int
xinetd_lookup_redirect(const struct xinetd_value *a);

int
xinetd_lookup_bind(const struct xinetd_value *a);

#endif
