/* Which persons and places matter. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/memory.h"
#include "policy/doors/doors.h"
#include "policy/doors/ports.h"
#include "policy/models/login/sudoers.h"
#include "policy/models/sshd/sshd_host.h"
#include "policy/models/sshd/sshd_pattern.h"
#include "policy/models/sshd/sshd_witness.h"

enum {
	PERSONS_MAX = 100,
	ADDRESSES_MAX = 20,
	SERVICES_MAX = 100,
	PORTS_MAX = 20,
	WITNESS_BUDGET = SSHD_WITNESS_BUDGET / 10, /* for all versions */
	DAY = 24 * 60 * 60,
};

static bool
has_text(char *const *texts, size_t count, const char *text)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(texts[i], text) == 0)
			return true;
	return false;
}

static void
add_text(struct doors_scope *scope, char ***texts, size_t *count, size_t max,
	const char *text)
{
	if (has_text(*texts, *count, text))
		return;
	if (*count == max) {
		scope->cut = true;
		return;
	}
	*texts = memory_grow(*texts, *count, sizeof **texts);
	(*texts)[(*count)++] = memory_text(text);
}

static struct doors_person *
add_person(struct doors_scope *scope, const char *name)
{
	for (size_t i = 0; i < scope->person_count; i++)
		if (strcmp(scope->persons[i].name, name) == 0)
			return &scope->persons[i];
	if (scope->person_count == PERSONS_MAX) {
		scope->cut = true;
		return NULL;
	}
	scope->persons = memory_grow(
		scope->persons, scope->person_count, sizeof *scope->persons);
	struct doors_person *person = &scope->persons[scope->person_count++];
	*person = (struct doors_person){ .name = memory_text(name) };
	return person;
}

/* By sudo, by su, for which these groups are made, or as another root. */
static bool
is_admin(struct sudoers *sudoers, const struct principals *principals,
	const struct principal *user)
{
	static const char *const groups[] = { "sudo", "wheel", "admin", NULL };
	if (user->uid == 0)
		return true;
	for (const char *const *group = groups; *group != NULL; group++)
		if (principals_in_group(principals, user, *group))
			return true;
	return sudoers_ask(sudoers, principals, user).answer == SUDOERS_ROOT;
}

static void
add_persons(const struct context *context, struct doors_scope *scope)
{
	const struct principals *principals = principals_of(context->host);
	struct sudoers sudoers;
	sudoers_read(context->host, &sudoers);
	if (principals->user_count == 0 && scope->no_accounts == NULL)
		scope->no_accounts = memory_printf("%s: %s", principals->passwd->path,
			principals->passwd->state == FILE_REFUSED
				? principals->passwd->reason
				: "there are no accounts");
	for (size_t i = 0; i < principals->user_count; i++) {
		const struct principal *user = &principals->users[i];
		if (user->no_shell || !is_admin(&sudoers, principals, user))
			continue;
		struct doors_person *person = add_person(scope, user->name);
		if (person != NULL)
			person->is_admin = true;
	}
	sudoers_free(&sudoers);
}

/* Whose jobs cron runs. Debian keeps crontabs in the first, Red Hat in the second. */
static void
add_crontabs(const struct context *context, struct doors_scope *scope)
{
	static const char *const folders[] = { "/var/spool/cron/crontabs",
		"/var/spool/cron", NULL };
	for (const char *const *folder = folders; *folder != NULL; folder++) {
		struct name_list names = { 0 };
		if (host_list(context->host, *folder, &names, NULL) < 0)
			continue;
		for (size_t i = 0; i < names.count; i++) {
			if (strcmp(names.names[i], "crontabs") == 0 ||
				strncmp(names.names[i], "tmp.", 4) == 0)
				continue;
			(void)add_person(scope, names.names[i]);
		}
		name_list_free(&names);
		return;
	}
}

static void
add_address(struct doors_scope *scope, const char *address)
{
	add_text(scope, &scope->addresses, &scope->address_count, ADDRESSES_MAX, address);
}

/* An address that the host part of a word of AllowUsers means, when it is made of
 * numbers: 10.0.0.0 for 10.0.0.0/8, 10.1.1.1 for 10.*. */
static void
add_pattern(struct doors_scope *scope, const char *pattern)
{
	struct sshd_network network;
	char text[INET6_ADDRSTRLEN];
	if (sshd_pattern_network(pattern, &network) == 0 &&
		inet_ntop(network.family, network.address, text, sizeof text) != NULL) {
		add_address(scope, text);
		return;
	}
	autobuffer struct buffer made = { 0 };
	int dots = 0;
	for (const char *p = pattern; *p != '\0'; p++) {
		dots += *p == '.';
		buffer_add(&made, *p == '*' || *p == '?' ? "1" : p, 1);
	}
	for (; dots < 3 && made.size > 0; dots++)
		buffer_text(&made, ".1");
	if (made.size > 0 && inet_pton(AF_INET, made.data, text) == 1)
		add_address(scope, made.data);
}

static void
add_listed_addresses(const struct sshd_config *config, struct doors_scope *scope)
{
	for (size_t i = 0; i < config->count; i++) {
		const struct sshd_line *line = &config->lines[i];
		if ((line->keyword->name != SSHD_ALLOW_USERS &&
			    line->keyword->name != SSHD_DENY_USERS) ||
			line->value == NULL)
			continue;
		autofree char *text = memory_text(line->value);
		char *rest = text;
		for (char *word; (word = strsep(&rest, " ")) != NULL;)
			if (strrchr(word, '@') != NULL)
				add_pattern(scope, strrchr(word, '@') + 1);
	}
}

/* An address from each network that a Match block asks about, as far as one is found. */
static void
add_addresses(const struct sshd_config *config, size_t *budget, struct doors_scope *scope)
{
	for (size_t i = 0; i < config->block_count; i++) {
		const long block = (long)i;
		const struct sshd_cell cell = { &block, 1, NULL, 0 };
		struct sshd_witness witness = sshd_witness_find(config, &cell, budget);
		if (witness.result == SSHD_WITNESS_FOUND &&
			(witness.asked & 1u << SSHD_BY_ADDRESS) != 0)
			add_address(scope, witness.connection.values[SSHD_BY_ADDRESS]);
		sshd_witness_free(&witness);
	}
	add_listed_addresses(config, scope);
}

static void
add_services(const struct context *context, struct doors_scope *scope)
{
	static const char *const own[] = { "login", "sshd", "su", "sudo", "other", "chfn",
		"chsh", "passwd", "chpasswd", "newusers", NULL };
	struct name_list names = { 0 };
	if (host_list(context->host, "/etc/pam.d", &names, NULL) < 0)
		return;
	for (size_t i = 0; i < names.count; i++) {
		const char *name = names.names[i];
		bool is_own = strncmp(name, "common-", 7) == 0 ||
			strchr(name, '.') != NULL;
		for (const char *const *p = own; *p != NULL; p++)
			is_own = is_own || strcmp(name, *p) == 0;
		if (!is_own)
			add_text(scope, &scope->services, &scope->service_count,
				SERVICES_MAX, name);
	}
	name_list_free(&names);
}

static void
add_host(const struct context *context, struct doors_scope *scope)
{
	const struct sshd_host *daemon = sshd_host_load(context);
	size_t budget = WITNESS_BUDGET;
	add_persons(context, scope);
	add_crontabs(context, scope);
	add_services(context, scope);
	for (size_t i = 0; i < daemon->count; i++)
		add_addresses(&daemon->configs[i], &budget, scope);
	if (daemon->installed && daemon->count > 0) {
		struct name_list ports;
		doors_ports(&daemon->configs[0], &ports);
		for (size_t i = 0; i < ports.count; i++)
			add_text(scope, &scope->ports, &scope->port_count, PORTS_MAX,
				ports.names[i]);
		name_list_free(&ports);
	}
}

void
doors_scope_open(const struct context *before, const struct context *after,
	const struct sessions *sessions, struct doors_scope *ret_scope)
{
	struct doors_scope *scope = ret_scope;
	*scope = (struct doors_scope){ .sessions = sessions,
		.today = (long)(time(NULL) / DAY) };
	add_address(scope, "192.0.2.1"); /* of a network for documentation: RFC 5737 */
	for (size_t i = 0; i < sessions->count; i++) {
		const struct session *session = &sessions->items[i];
		add_person(scope, session->user);
		if (*session->host != '\0')
			add_address(scope, session->host);
	}
	add_host(before, scope);
	add_host(after, scope);
	scope->names = memory_new(scope->person_count + 1, sizeof *scope->names);
	for (size_t i = 0; i < scope->person_count; i++)
		scope->names[i] = scope->persons[i].name;
}

static void
free_texts(char **texts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(texts[i]);
	free(texts);
}

void
doors_scope_free(struct doors_scope *scope)
{
	free_texts(scope->addresses, scope->address_count);
	free_texts(scope->services, scope->service_count);
	free_texts(scope->ports, scope->port_count);
	free_texts(scope->names, scope->person_count);
	free(scope->persons);
	free(scope->no_accounts);
	*scope = (struct doors_scope){ 0 };
}

bool
doors_is_admin(const struct doors_scope *scope, const char *name)
{
	for (size_t i = 0; i < scope->person_count; i++)
		if (strcmp(scope->persons[i].name, name) == 0)
			return scope->persons[i].is_admin;
	return false;
}
