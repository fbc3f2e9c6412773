#include "policy/models/pam_stack.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"

enum {
	DEPTH_MAX = 16, /* as PAM_SUBSTACK_MAX_LEVEL */
	FILES_MAX = 200,
};

struct walk {
	const struct context *context;
	const char *type, *module;
	struct pam_consults *consults;
	bool done;
	size_t modules; /* lines of the type so far */
	size_t type_lines; /* those and includes: 0 means libpam takes "other" */
	struct place doubt; /* a line that can end the stack early */
	size_t doubt_until; /* SIZE_MAX, or the last module that it jumps over */
	unsigned files;
};

static void
finish(struct walk *walk, enum pam_reach reach, struct place place, const char *reason)
{
	walk->done = true;
	walk->consults->reach = reach;
	walk->consults->place = place;
	if (reason != NULL)
		walk->consults->reason = memory_text(reason);
}

/* What a [value=action ...] control does with VALUE; "bad" where nothing is said. */
static char *
action_for(const char *control, const char *value)
{
	autofree char *text = memory_text(control);
	autofree char *fallback = NULL;
	char *rest = NULL;
	for (char *word = strtok_r(text, "[] \t", &rest); word != NULL;
		word = strtok_r(NULL, "[] \t", &rest)) {
		char *action = strchr(word, '=');
		if (action == NULL)
			continue;
		*action++ = '\0';
		if (strcasecmp(word, value) == 0)
			return memory_text(action);
		if (strcasecmp(word, "default") == 0 && fallback == NULL)
			fallback = memory_text(action);
	}
	return memory_text(fallback ? fallback : "bad");
}

static bool
binds(const char *control)
{
	if (control[0] != '[')
		return strcasecmp(control, "required") == 0 ||
			strcasecmp(control, "requisite") == 0;
	autofree char *action = action_for(control, "perm_denied");
	return strcasecmp(action, "bad") == 0 || strcasecmp(action, "die") == 0;
}

/* Notes when a module with CONTROL can end the stack, or jump. */
static void
weigh_control(struct walk *walk, const char *control, struct place place)
{
	bool ends = strcasecmp(control, "sufficient") == 0;
	size_t jump = 0;
	if (control[0] == '[') {
		autofree char *text = memory_text(control);
		char *rest = NULL;
		for (char *word = strtok_r(text, "[] \t", &rest); word != NULL;
			word = strtok_r(NULL, "[] \t", &rest)) {
			const char *action = strchr(word, '=');
			action = action ? action + 1 : "";
			ends = ends || strcasecmp(action, "done") == 0 ||
				strcasecmp(action, "reset") == 0;
			if (isdigit((unsigned char)*action)) {
				size_t far = strlen(action) > 4
					? SIZE_MAX
					: strtoul(action, NULL, 10);
				jump = far > jump ? far : jump;
			}
		}
	}
	size_t until = ends || jump == SIZE_MAX ? SIZE_MAX : walk->modules + jump;
	if (!ends && jump == 0)
		return;
	if (walk->doubt.file == NULL || until > walk->doubt_until) {
		walk->doubt = place;
		walk->doubt_until = until;
	}
}

static void
walk_file(struct walk *walk, const char *name, bool is_optional, unsigned depth,
	struct place from);

/* A stack of its own: an early end inside it ends only itself. */
static void
walk_substack(struct walk *walk, const char *name, unsigned depth, struct place from)
{
	struct place doubt = walk->doubt;
	size_t until = walk->doubt_until;
	walk_file(walk, name, false, depth, from);
	if (!walk->done) {
		walk->doubt = doubt;
		walk->doubt_until = until;
	}
}

static bool
is_module(const char *path, const char *module)
{
	const char *slash = strrchr(path, '/');
	return strcmp(slash ? slash + 1 : path, module) == 0;
}

/* The service= argument of pam_stack.so; NULL when there is none. */
static char *
stack_service(const char *arguments)
{
	autofree char *text = memory_text(arguments);
	char *rest = NULL;
	for (char *word = strtok_r(text, " \t\r", &rest); word != NULL;
		word = strtok_r(NULL, " \t\r", &rest))
		if (strncmp(word, "service=", 8) == 0)
			return memory_text(word + 8);
	return NULL;
}

static void
walk_rule(struct walk *walk, const char *control, const char *rest, unsigned depth,
	struct place place)
{
	size_t length = strcspn(rest, " \t\r");
	autofree char *module = memory_copy(rest, length);
	const char *arguments = rest + length + strspn(rest + length, " \t\r");
	walk->type_lines++;
	if (strcasecmp(control, "include") == 0) {
		walk_file(walk, module, false, depth + 1, place);
		return;
	}
	if (strcasecmp(control, "substack") == 0) {
		walk->modules++;
		walk_substack(walk, module, depth + 1, place);
		return;
	}
	walk->modules++;
	if (is_module(module, walk->module)) {
		bool in_doubt = walk->doubt.file != NULL &&
			walk->modules <= walk->doubt_until;
		walk->consults->arguments = memory_text(arguments);
		if (!binds(control))
			finish(walk, PAM_NOT_BINDING, place,
				"its control lets a refusal pass");
		else if (in_doubt)
			finish(walk, PAM_UNSURE, walk->doubt,
				"this line can end the stack, or jump, before the "
				"module");
		else
			finish(walk, PAM_REACHED, place, NULL);
		return;
	}
	autofree char *service = is_module(module, "pam_stack.so")
		? stack_service(arguments)
		: NULL;
	if (service != NULL && binds(control))
		walk_substack(walk, service, depth + 1, place);
	if (!walk->done)
		weigh_control(walk, control, place);
}

static void
walk_line(struct walk *walk, const struct tree *tree, size_t index, unsigned depth,
	struct place place)
{
	const struct node *node = &tree->nodes[index];
	struct bytes value = tree_value(tree, node);
	autofree char *text = memory_copy(value.data, value.size);
	if (node->label == LABEL_INCLUDE) {
		const char *name = text + strcspn(text, " \t\r");
		name += strspn(name, " \t\r");
		autofree char *file = memory_copy(name, strcspn(name, " \t\r"));
		if (strncmp(text, "@include", 8) == 0) {
			walk->type_lines++;
			walk_file(walk, file, false, depth + 1, place);
		}
	} else if (node->label == LABEL_RULE) {
		const char *type = text[0] == '-' ? text + 1 : text;
		const struct node *control = tree_part(tree, index, LABEL_CONTROL),
				  *module = tree_part(tree, index, LABEL_MODULE);
		if (strcasecmp(type, walk->type) != 0 || control == NULL ||
			module == NULL)
			return;
		struct bytes control_value = tree_value(tree, control),
			     module_value = tree_value(tree, module);
		autofree char *control_text = memory_copy(
			control_value.data, control_value.size);
		autofree char *module_text = memory_copy(
			module_value.data, module_value.size);
		walk_rule(walk, control_text, module_text, depth, place);
	} else if (node->label == LABEL_COMMENT) {
		if (strstr(text, walk->module) != NULL &&
			strstr(text, walk->type) != NULL &&
			walk->consults->commented.file == NULL)
			walk->consults->commented = place;
	} else if (node->label == LABEL_OTHER) {
		finish(walk, PAM_UNSURE, place, "libpam does not understand this line");
	}
}

/* libpam looks in two folders: pam_handlers.c _pam_open_config_file. */
static void
walk_file(struct walk *walk, const char *name, bool is_optional, unsigned depth,
	struct place from)
{
	static const char *const folders[] = { "/etc/pam.d", "/usr/lib/pam.d" };
	struct error error = ERROR_INIT;
	const struct file *file = NULL;
	const struct tree *tree = NULL;
	int parsed = -1;
	if (depth > DEPTH_MAX || walk->files++ >= FILES_MAX) {
		finish(walk, PAM_UNSURE, from, "files include each other without end");
		return;
	}
	for (size_t i = 0; i < 2 && (file == NULL || file->state == FILE_ABSENT); i++) {
		autofree char *path = name[0] == '/'
			? memory_text(name)
			: memory_printf("%s/%s", folders[i], name);
		error_clear(&error);
		parsed = context_tree(
			walk->context, path, LENS_PAM, &file, &tree, &error);
	}
	if (parsed < 0) {
		if (!is_optional || file->state != FILE_ABSENT)
			finish(walk, PAM_UNSURE, from, error.text);
		error_clear(&error);
		return;
	}
	if (walk->consults->path == NULL)
		walk->consults->path = memory_text(file->path);
	for (size_t i = 0; i < tree->count && !walk->done; i = tree_next_line(tree, i))
		if (tree->nodes[i].start < file->bytes.size)
			walk_line(walk, tree, i, depth,
				(struct place){ file, tree->nodes[i].start });
}

void
pam_stack_consults(const struct context *context, const char *service, const char *type,
	const char *module, struct pam_consults *ret_consults)
{
	struct walk walk = {
		.context = context,
		.type = type,
		.module = module,
		.consults = ret_consults,
	};
	*ret_consults = (struct pam_consults){ 0 };
	walk_file(&walk, service, true, 0, (struct place){ 0 });
	/* a service without lines of the type has those of "other" */
	if (!walk.done && walk.type_lines == 0)
		walk_file(&walk, "other", false, 0, (struct place){ 0 });
	if (!walk.done)
		finish(&walk, PAM_NOT_THERE, (struct place){ 0 },
			"no line of the stack names it");
	if (ret_consults->path == NULL)
		ret_consults->path = memory_printf("/etc/pam.d/%s", service);
	if (ret_consults->arguments == NULL)
		ret_consults->arguments = memory_text("");
}

void
pam_consults_free(struct pam_consults *consults)
{
	free(consults->path);
	free(consults->reason);
	free(consults->arguments);
	*consults = (struct pam_consults){ 0 };
}
