/* What has systemd refuse a service, or its start fail, by the lines of its own. Sources:
 * systemd.service(5), systemd.exec(5); service_verify in service.c, config_parse_exec in
 * load-fragment.c of systemd 252. For boot_node.c alone. */
#ifndef POLICY_MODELS_BOOT_SERVICE_H
#define POLICY_MODELS_BOOT_SERVICE_H

#include "policy/models/boot/boot_commands.h"

enum { BOOT_SERVICE_RULES = 11 };

struct boot_service {
	char *values[7]; /* the last of each setting that is looked at; NULL */
	struct name_list environment; /* of EnvironmentFile= */
	struct name_list rules[BOOT_SERVICE_RULES]; /* other lines, by the table of rules
						     */
};

/* Takes the line NAME=VALUE of [Service] if it is about that. */
void
boot_service_add(
	struct boot_service *service, const char *name, const struct traced *value);

/* Why a service with these lines and COMMANDS may not be started; NULL when nothing says
 * so. The caller frees. */
char *
boot_service_problem(struct host *host, const struct boot_service *service,
	const struct boot_commands *commands);

void
boot_service_free(struct boot_service *service);

#endif
