#include "policy/models/sshd/sshd_check.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/memory.h"
#include "policy/models/sshd/sshd_algorithms.h"
#include "policy/models/sshd/sshd_answer.h"
#include "policy/models/sshd/sshd_port.h"

enum {
	METHODS_SINCE = 602,
	COMMAND_USERS_SINCE = 609, /* before, the command was not run and sshd started */
};

static bool
is_at_start(const struct sshd_config *config, enum sshd_setting setting, const char *text)
{
	struct sshd_answer answer = sshd_answer_at_start(config, setting);
	bool is = answer.value != NULL && strcmp(answer.value, text) == 0;
	sshd_answer_free(&answer);
	return is;
}

static void
check_command(
	struct sshd_config *config, enum sshd_setting command, enum sshd_setting user)
{
	struct sshd_answer run = sshd_answer_at_start(config, command),
			   as = sshd_answer_at_start(config, user);
	if (run.line != NULL && strcmp(run.value, "none") != 0 && as.line == NULL) {
		autofree char *text = memory_printf("%s set without %s",
			sshd_keyword_names[command], sshd_keyword_names[user]);
		sshd_config_reject(config, run.line->file, run.line->offset, text);
	}
	sshd_answer_free(&run);
	sshd_answer_free(&as);
}

static const struct {
	const char *name;
	enum sshd_setting setting;
} methods[] = {
	{ "publickey", SSHD_PUBKEY_AUTHENTICATION },
	{ "password", SSHD_PASSWORD_AUTHENTICATION },
	{ "keyboard-interactive", SSHD_KBD_INTERACTIVE_AUTHENTICATION },
	{ "hostbased", SSHD_HOSTBASED_AUTHENTICATION },
	{ "gssapi-with-mic", SSHD_GSSAPI_AUTHENTICATION },
	{ "gssapi-keyex", SSHD_GSSAPI_KEY_EXCHANGE },
};

static bool
method_enabled(const struct sshd_config *config, const char *name, size_t length)
{
	for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
		if (strlen(methods[i].name) == length &&
			strncmp(methods[i].name, name, length) == 0)
			return is_at_start(config, methods[i].setting, "yes");
	return true; /* none */
}

/* Whether one of the lists (blanks between them) has only methods that are on. */
static bool
methods_possible(const struct sshd_config *config, const char *lists)
{
	bool possible = true;
	for (const char *at = lists;; at++) {
		size_t name = strcspn(at, ",: "), whole = strcspn(at, ", ");
		possible = possible && method_enabled(config, at, name);
		at += whole;
		if (*at == ',')
			continue;
		if (possible || *at == '\0')
			return possible;
		possible = true;
	}
}

static void
check_methods(struct sshd_config *config)
{
	struct sshd_answer answer = sshd_answer_at_start(
		config, SSHD_AUTHENTICATION_METHODS);
	if (answer.line != NULL && strcmp(answer.value, "any") != 0 &&
		!methods_possible(config, answer.value))
		sshd_config_reject(config, answer.line->file, answer.line->offset,
			"AuthenticationMethods cannot be satisfied by the methods that "
			"are "
			"on");
	sshd_answer_free(&answer);
}

/* An address of the other family can't be listened on. */
static void
check_addresses(struct sshd_config *config)
{
	int family = is_at_start(config, SSHD_ADDRESS_FAMILY, "inet") ? AF_INET
		: is_at_start(config, SSHD_ADDRESS_FAMILY, "inet6")   ? AF_INET6
								      : AF_UNSPEC;
	for (size_t i = 0; i < config->count && family != AF_UNSPEC; i++) {
		const struct sshd_line *line = &config->lines[i];
		if (line->keyword->name != SSHD_LISTEN_ADDRESS)
			continue;
		struct sshd_listen listen = sshd_listen_read(line->value);
		if (listen.family != AF_UNSPEC && listen.family != family)
			sshd_config_reject(config, line->file, line->offset,
				"ListenAddress is not of the AddressFamily");
		sshd_listen_free(&listen);
	}
}

/* An algorithm list that is wrong only once it is put together (assemble_algorithms in
 * servconf.c). */
static void
check_algorithms(struct sshd_config *config)
{
	for (size_t i = 0; i < SSHD_SETTING_COUNT; i++) {
		const struct sshd_keyword *keyword = sshd_keyword_get(
			(enum sshd_setting)i, config->version);
		if (keyword == NULL || keyword->name != i ||
			!sshd_algorithms_are(keyword))
			continue;
		struct sshd_answer answer = sshd_answer_at_start(config, keyword->name);
		if (answer.line != NULL &&
			sshd_algorithms_fail(
				keyword, config->version, answer.line->value)) {
			autofree char *text = memory_printf("%s: no algorithm is left",
				sshd_keyword_names[keyword->name]);
			sshd_config_reject(
				config, answer.line->file, answer.line->offset, text);
		}
		sshd_answer_free(&answer);
	}
}

/* sshd needs a key, unless GSSAPI keys may do (main in sshd.c). Whether the files that
 * are named are there is not asked: they may be made when sshd is first started. */
static void
check_keys(struct sshd_config *config)
{
	const struct sshd_line *none = NULL;
	for (size_t i = 0; i < config->count; i++) {
		const struct sshd_line *line = &config->lines[i];
		if (line->keyword->name != SSHD_HOST_KEY)
			continue;
		if (strcmp(line->value, "none") != 0)
			return;
		none = line;
	}
	if (none != NULL && !is_at_start(config, SSHD_GSSAPI_KEY_EXCHANGE, "yes"))
		sshd_config_reject(
			config, none->file, none->offset, "no hostkeys available");
}

void
sshd_check_whole(struct sshd_config *config)
{
	if (config->version >= COMMAND_USERS_SINCE) {
		check_command(config, SSHD_AUTHORIZED_KEYS_COMMAND,
			SSHD_AUTHORIZED_KEYS_COMMAND_USER);
		check_command(config, SSHD_AUTHORIZED_PRINCIPALS_COMMAND,
			SSHD_AUTHORIZED_PRINCIPALS_COMMAND_USER);
	}
	if (config->version >= METHODS_SINCE)
		check_methods(config);
	check_addresses(config);
	check_algorithms(config);
	check_keys(config);
}
