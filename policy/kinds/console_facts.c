/* What is the same for all services of a console control. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/kinds/console_scene.h"

size_t
console_service_count(const struct control *control)
{
	const struct value *services = value_find(control->keys, "services");
	return services != NULL && services->count > 0 ? services->count : 1;
}

const char *
console_service_name(const struct control *control, size_t index)
{
	const struct value *services = value_find(control->keys, "services");
	return services != NULL && services->count > 0 ? services->items[index].text
						       : "login";
}

bool
console_is_service(const struct control *control, const char *service)
{
	for (size_t i = 0; i < console_service_count(control); i++)
		if (strcmp(console_service_name(control, i), service) == 0)
			return true;
	return false;
}

bool
console_through(const struct control *control, const char *what)
{
	const struct value *through = value_find(control->keys, "through");
	for (size_t i = 0; through != NULL && i < through->count; i++)
		if (strcmp(through->items[i].text, what) == 0)
			return true;
	return false;
}

bool
console_pts(const struct control *control)
{
	return strcmp(value_text(control->keys, "pts", "ignore"), "console") == 0;
}

/* Whether USER is to be looked at by himself, whatever the rules name: those of `only`,
 * the members of groups that are called like one of these, which a bare name in a rule
 * means too, and of root's. */
static bool
is_special(const struct console_facts *facts, const struct principal *user)
{
	const struct value *only = value_find(facts->control->keys, "only");
	struct access_person person = { user->name, user };
	bool special = console_allows(facts, &person) ||
		principals_in_group(facts->principals, user, "root");
	for (size_t i = 0; i < only->count && !special; i++)
		special = principals_in_group(
			facts->principals, user, only->items[i].text);
	return special;
}

static void
add_extra(struct console_facts *facts, char *name)
{
	facts->extra = memory_grow(
		facts->extra, facts->extra_count, sizeof *facts->extra);
	facts->extra[facts->extra_count++] = name;
}

/* Also him who is called root, with another uid say, whom the module knows by his name;
 * and those whom a console.conf names, here or on the host that a plan began with: the
 * answers of before and after are about the same people. */
static void
find_extra(struct console_facts *facts)
{
	struct console_names names = { 0 };
	const struct value *only = value_find(facts->control->keys, "only");
	for (struct host *host = facts->context->host; host != NULL;
		host = host_below(host))
		console_names_read(host_file(host, CONSOLE_CONF), &names);
	for (size_t i = 0; i < facts->principals->user_count; i++) {
		const struct principal *user = &facts->principals->users[i];
		if (is_special(facts, user) || strcmp(user->name, "root") == 0 ||
			console_names_have(&names, facts->principals, user) !=
				ACCESS_REFUSED)
			add_extra(facts, user->name);
	}
	/* whom another source has in a (group) of these is one of these */
	for (size_t i = 0; i < only->count; i++)
		if (only->items[i].text[0] == '(')
			add_extra(facts, only->items[i].text);
	add_extra(facts, NULL);
	console_names_free(&names);
}

void
console_facts_open(const struct context *context, const struct control *control,
	struct console_facts *ret_facts)
{
	*ret_facts = (struct console_facts){ .context = context, .control = control };
	ret_facts->principals = principals_of(context->host);
	gettys_read(context->host, &ret_facts->gettys);
	find_extra(ret_facts);
}

void
console_facts_close(struct console_facts *facts)
{
	for (size_t i = 0; i < facts->rules_count; i++) {
		struct console_rules *rules = facts->rules[i];
		access_people_free(&rules->people);
		access_conf_free(&rules->conf);
		free(rules->arguments);
		free(rules);
	}
	free(facts->rules);
	free(facts->extra);
	gettys_free(&facts->gettys);
	*facts = (struct console_facts){ 0 };
}

const struct console_rules *
console_rules_find(struct console_facts *facts, const char *arguments)
{
	struct access_settings settings;
	for (size_t i = 0; i < facts->rules_count; i++) {
		const char *known = facts->rules[i]->arguments;
		if (known == NULL || arguments == NULL ? known == arguments
						       : strcmp(known, arguments) == 0)
			return facts->rules[i];
	}
	struct console_rules *rules = memory_new(1, sizeof *rules);
	*rules = (struct console_rules){
		.arguments = arguments != NULL ? memory_text(arguments) : NULL,
	};
	if (arguments != NULL) {
		access_settings_read(arguments, &settings);
		access_conf_read(facts->context, &settings, &rules->conf);
	}
	access_people_find(&rules->conf, facts->principals, facts->extra, &rules->people);
	facts->rules = memory_grow(
		facts->rules, facts->rules_count, sizeof *facts->rules);
	facts->rules[facts->rules_count++] = rules;
	return rules;
}
