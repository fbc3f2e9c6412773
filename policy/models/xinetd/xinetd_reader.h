/* The parts of reading xinetd's configuration; for policy/models/xinetd_*.c alone. */
#ifndef POLICY_MODELS_XINETD_READER_H
#define POLICY_MODELS_XINETD_READER_H

#include "base/table.h"
#include "policy/models/xinetd/xinetd_attribute.h"

/* How xinetd is started. */
struct xinetd_options {
	char *config; /* -f, else /etc/xinetd.conf */
	bool inetd_compat;
};

/* What can't be told about it is a problem of CONF. Freed by xinetd_options_free. */
void
xinetd_options_read(
	struct host *host, struct xinetd_conf *conf, struct xinetd_options *ret_options);

void
xinetd_options_free(struct xinetd_options *options);

/* The ids that the defaults name, lower-cased -> struct place *. */
struct xinetd_defaults {
	struct xinetd_service entry; /* what all defaults entries set */
	struct table enabled, disabled;
	struct place **places; /* owned */
	size_t place_count;
};

/* A new service at the end of CONF's list; good until the next one. */
struct xinetd_service *
xinetd_conf_add(struct xinetd_conf *conf, const struct file *file, size_t offset,
	const char *name);

/* Sets the state, once: the first reason stays. */
void
xinetd_service_stop(struct xinetd_service *service, enum xinetd_state state,
	struct place decides, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

void
xinetd_conf_problem(struct xinetd_conf *conf, enum verdict verdict, const char *path,
	struct place place, const char *format, ...)
	__attribute__((format(printf, 5, 6)));

/* Notes it as a problem when FILE has a line that xinetd cuts. */
void
xinetd_conf_check_lines(struct xinetd_conf *conf, const struct file *file);

/* Reads /etc/inetd.conf into CONF, as xinetd -inetd_compat does. */
void
xinetd_inetd_read(const struct xinetd_facts *facts, struct xinetd_conf *conf);

/* Decides which of the services read xinetd starts. */
void
xinetd_start(const struct xinetd_facts *facts, const struct xinetd_defaults *defaults,
	struct xinetd_conf *conf);

#endif
