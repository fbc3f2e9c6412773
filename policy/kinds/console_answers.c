/* Who gets in through which service, before and after a remedy: all services of the host
 * whose stacks ask pam_access or the module, for what is done to the console's may touch
 * the others. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/kinds/console_scene.h"
#include "policy/models/pam/pam_folders.h"

enum {
	SERVICES_MAX = 2000, /* other services that are looked at */
	NAMES_MAX = 5, /* users named in one finding */
};

const char *const console_columns[] = { "service", "user", "from", NULL };

static const char admitted[] = "admitted"; /* what holds where there is no answer */
static const char anybody[] = "any other user";
static const char everybody[] = "every user", anywhere[] = "anywhere";

/* Those whom the control admits carry a mark, for console_wants. */
static const char allowed_mark[] = " (allowed)";

/* A name must not bring the columns, which a tab divides, out of order. */
static void
add_column(struct buffer *subject, const char *text)
{
	if (subject->size > 0)
		buffer_text(subject, "\t");
	buffer_escaped(subject, BYTES_TEXT(text), false);
}

static void
add_answer(const struct console_scene *scene, size_t person, size_t origin,
	enum access_answer answer, struct answers *answers)
{
	static const char *const texts[] = {
		[ACCESS_REFUSED] = "refused",
		[ACCESS_UNKNOWN] = "not known",
	};
	const struct access_person *who = &scene->rules->people.items[person];
	autobuffer struct buffer subject = { 0 };
	autofree char *user = memory_printf("%s%s",
		who->name != NULL ? who->name : anybody,
		console_allows(scene->facts, who) ? allowed_mark : "");
	add_column(&subject, scene->service);
	add_column(&subject, user);
	add_column(&subject, scene->origins[origin].name);
	answers_add(answers, subject.data, texts[answer]);
}

/* What else its stack does, as far as a line more can change it. */
static void
answer_jumps(
	const struct console_facts *facts, const char *service, struct answers *answers)
{
	autofree char *jumps = console_jumps(facts, service);
	autobuffer struct buffer subject = { 0 };
	autobuffer struct buffer text = { 0 };
	if (jumps == NULL)
		return;
	add_column(&subject, service);
	add_column(&subject, everybody);
	add_column(&subject, anywhere);
	add_column(&text, jumps);
	answers_add(answers, subject.data, text.data);
}

static void
answer_service(struct console_facts *facts, const char *service, struct answers *answers)
{
	struct console_scene scene;
	answer_jumps(facts, service, answers);
	console_scene_open(facts, service, &scene);
	for (size_t i = 0; i < scene.rules->people.count; i++)
		for (size_t k = 0; k < scene.origin_count; k++) {
			enum access_answer answer = console_answer(&scene, i, k);
			if (answer != ACCESS_ADMITTED)
				add_answer(&scene, i, k, answer, answers);
		}
	console_scene_close(&scene);
}

/* The files that distributions bring to be included, and that no program asks for. What
 * else is included may be a service too, as su is by su-l. */
static bool
is_part(const char *name)
{
	static const char *const parts[] = { "common-", "system-auth", "password-auth",
		"smartcard-auth", "fingerprint-auth", "postlogin", NULL };
	const char *const *part = parts;
	while (*part != NULL && strncmp(name, *part, strlen(*part)) != 0)
		part++;
	return *part != NULL;
}

/* The other services. */
static void
answer_others(struct console_facts *facts, struct answers *answers)
{
	struct table known = { 0 };
	for (const char *const *folder = pam_folders; *folder != NULL; folder++) {
		struct name_list list = { 0 };
		if (pam_folders_look(facts->context->host, *folder) ==
				PAM_FOLDER_IGNORED ||
			host_list(facts->context->host, *folder, &list, NULL) < 0)
			continue;
		for (size_t i = 0; i < list.count && known.count < SERVICES_MAX; i++) {
			if (table_get(&known, list.names[i]) != NULL ||
				is_part(list.names[i]) ||
				console_is_service(facts->control, list.names[i]))
				continue;
			table_set(&known, list.names[i], facts);
			answer_service(facts, list.names[i], answers);
		}
		name_list_free(&list);
	}
	table_free(&known);
}

void
console_answers(const struct context *context, const struct control *control,
	struct answers *answers)
{
	struct console_facts facts;
	console_facts_open(context, control, &facts);
	for (size_t i = 0; i < console_service_count(control); i++)
		answer_service(&facts, console_service_name(control, i), answers);
	answer_others(&facts, answers);
	console_facts_close(&facts);
}

/* The text of the column at INDEX of SUBJECT. The caller frees. */
static char *
column(const char *subject, size_t index)
{
	for (; index > 0; index--)
		subject += strcspn(subject, "\t") +
			(subject[strcspn(subject, "\t")] != '\0');
	return memory_copy(subject, strcspn(subject, "\t"));
}

static bool
ends_in(const char *text, const char *end)
{
	size_t size = strlen(text), length = strlen(end);
	return size >= length && strcmp(text + size - length, end) == 0;
}

/* Wanted is that those whom the control does not admit are refused by its services at a
 * console, and that those whom it admits are admitted there. */
bool
console_wants(const struct control *control, const char *subject, const char *before,
	const char *after)
{
	unsigned char address[16];
	autofree char *service = column(subject, 0), *user = column(subject, 1),
		      *from = column(subject, 2);
	bool is_allowed = ends_in(user, allowed_mark);
	bool is_remote = inet_pton(AF_INET, from, address) > 0 ||
		inet_pton(AF_INET6, from, address) > 0;
	bool is_admitted = after == NULL || strcmp(after, admitted) == 0;
	(void)before;
	/* telnetd's login has a pseudo terminal */
	return console_is_service(control, service) &&
		(!is_remote || console_pts(control)) &&
		(is_allowed ? is_admitted
			    : !is_admitted && strcmp(after, "refused") == 0);
}

/* Who gets in, of those that the rules treat by themselves; the caller frees. */
static char *
join_admitted(const struct console_scene *scene, size_t origin)
{
	const struct access_people *people = &scene->rules->people;
	autobuffer struct buffer text = { 0 };
	size_t count = 0;
	bool is_known = true;
	for (size_t i = 0; i < people->count; i++) {
		enum access_answer answer = console_answer(scene, i, origin);
		is_known = is_known && answer != ACCESS_UNKNOWN;
		if (answer == ACCESS_ADMITTED && ++count <= NAMES_MAX)
			buffer_printf(&text, "%s%s", count > 1 ? ", " : "",
				people->items[i].name ? people->items[i].name : anybody);
	}
	if (count > NAMES_MAX)
		buffer_printf(&text, ", %zu more", count - NAMES_MAX);
	if (!is_known)
		buffer_printf(&text, "%sperhaps others", count > 0 ? " and " : "");
	return count == people->count    ? memory_text("everybody")
		: count == 0 && is_known ? memory_text("nobody")
					 : buffer_take(&text);
}

void
console_judge_elsewhere(const struct console_scene *scene, struct findings *findings)
{
	autofree char *before = NULL;
	autobuffer struct buffer text = { 0 };
	for (size_t i = scene->console_count; i < scene->origin_count; i++) {
		char *who = join_admitted(scene, i);
		if (before != NULL && strcmp(before, who) == 0)
			buffer_printf(&text, ", %s", scene->origins[i].name);
		else
			buffer_printf(&text, "%s%s from %s",
				i > scene->console_count ? "; " : "", who,
				scene->origins[i].name);
		free(before);
		before = who;
	}
	struct finding *finding = findings_add(
		findings, VERDICT_PASS, "other logins by %s", scene->service);
	finding_have(finding, "admitted are %s", text.size > 0 ? text.data : "none");
	finding_why(finding,
		"no logins at the console: the policy asks nothing of them%s",
		console_pts(scene->facts->control) ? ""
			: console_through(scene->facts->control, "access.conf")
			? ", but LOCAL, which it writes into access.conf, means pseudo "
			  "terminals too"
			: ", and 'pts: console' would ask something of pseudo "
			  "terminals");
}
