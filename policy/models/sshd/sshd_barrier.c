/* What keeps every client out, whoever it is. Sources: OpenSSH 9.2 auth2.c
 * input_userauth_request (failures are counted before a method is asked for, and ssh(1)
 * asks for none first), session.c session_new, srclimit.c, sshd.c main (load_hostkeys),
 * sshkey.c keytypes; sshd_config(5). */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/models/sshd/sshd_attempt.h"

enum { NO_SHA1_SINCE = 808 }; /* clients no longer take ssh-rsa */

static void
lower(struct sshd_barrier *barrier, enum passage passage, const struct sshd_answer *by,
	char *reason)
{
	if (barrier->passage <= passage) {
		free(reason);
		return;
	}
	free(barrier->reason);
	barrier->passage = passage;
	barrier->place = sshd_attempt_place(by);
	barrier->reason = reason;
}

/* Numbers of which none at all means nobody. */
static void
ask_numbers(const struct sshd_attempt *attempt, struct sshd_barrier *barrier)
{
	static const enum sshd_setting settings[] = { SSHD_MAX_AUTH_TRIES,
		SSHD_MAX_SESSIONS, SSHD_PER_SOURCE_MAX_STARTUPS };
	for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
		struct sshd_answer found = sshd_attempt_answer(attempt, settings[i]);
		/* "none" is no limit */
		const char *value = found.value != NULL ? found.value : "none";
		if (*value == '-' || strspn(value, "0") == strlen(value))
			lower(barrier, PASSAGE_CLOSED, &found,
				memory_printf("%s %s lets nobody in",
					sshd_keyword_names[settings[i]], value));
		sshd_answer_free(&found);
	}
}

/* How far a client gets that sshd can show a key of type NAME alone. */
static enum passage
accept_key(int version, const char *name)
{
	if (strstr(name, "-cert-") != NULL)
		return PASSAGE_UNKNOWN; /* needs a certificate */
	if (strcmp(name, "ssh-rsa") == 0)
		return version >= NO_SHA1_SINCE ? PASSAGE_UNKNOWN : PASSAGE_OPEN;
	return strcmp(name, "ssh-dss") == 0 ? PASSAGE_CLOSED : PASSAGE_OPEN;
}

static void
ask_key_types(const struct sshd_attempt *attempt, struct sshd_barrier *barrier)
{
	struct sshd_answer found = sshd_attempt_answer(attempt, SSHD_HOST_KEY_ALGORITHMS);
	enum passage best = PASSAGE_CLOSED;
	autofree char *list = memory_text(found.value != NULL ? found.value : "");
	char *rest = list;
	for (char *name; (name = strsep(&rest, ",")) != NULL;) {
		enum passage passage = accept_key(attempt->config->version, name);
		best = passage > best ? passage : best;
	}
	if (found.line != NULL && found.value != NULL)
		lower(barrier, best, &found,
			memory_printf("HostKeyAlgorithms %s: clients of today take none "
				      "of them",
				found.value));
	sshd_answer_free(&found);
}

/* Keys that are named and not there may be made before sshd is started; without one it
 * ends. */
static void
ask_keys(const struct sshd_attempt *attempt, struct sshd_barrier *barrier)
{
	const struct sshd_config *config = attempt->config;
	const struct sshd_line *missing = NULL;
	for (size_t i = 0; i < config->count; i++) {
		const struct sshd_line *line = &config->lines[i];
		if (line->keyword->name == SSHD_HOST_KEY_AGENT)
			return;
		if (line->keyword->name != SSHD_HOST_KEY)
			continue;
		if (host_exists(attempt->person->context->host, line->value) != 0)
			return;
		missing = line;
	}
	if (missing != NULL) {
		const struct sshd_answer by = { .line = missing };
		lower(barrier, PASSAGE_UNKNOWN, &by,
			memory_printf("its host key %s is not there, without which sshd "
				      "does not start",
				missing->value));
	}
}

struct sshd_barrier
sshd_attempt_barrier(const struct sshd_attempt *attempt)
{
	struct sshd_barrier barrier = { .passage = PASSAGE_OPEN };
	ask_numbers(attempt, &barrier);
	ask_key_types(attempt, &barrier);
	ask_keys(attempt, &barrier);
	return barrier;
}
