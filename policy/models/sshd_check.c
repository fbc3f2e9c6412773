#include "policy/models/sshd_check.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/memory.h"
#include "policy/models/sshd_answer.h"

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
	bool only_v4 = is_at_start(config, SSHD_ADDRESS_FAMILY, "inet"),
	     only_v6 = is_at_start(config, SSHD_ADDRESS_FAMILY, "inet6");
	for (size_t i = 0; i < config->count && (only_v4 || only_v6); i++) {
		const struct sshd_line *line = &config->lines[i];
		struct in_addr v4;
		if (line->keyword->name != SSHD_LISTEN_ADDRESS)
			continue;
		size_t length = strcspn(line->value, ":/ ");
		autofree char *host = memory_copy(line->value, length);
		bool is_v4 = inet_pton(AF_INET, host, &v4) == 1;
		bool is_v6 = !is_v4 && strchr(line->value, ':') != NULL &&
			(*line->value == '[' ||
				strchr(strchr(line->value, ':') + 1, ':'));
		if ((only_v4 && is_v6) || (only_v6 && is_v4))
			sshd_config_reject(config, line->file, line->offset,
				"ListenAddress is not of the AddressFamily");
	}
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
}
