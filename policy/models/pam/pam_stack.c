#include "policy/models/pam/pam_stack.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "policy/models/packages/software.h"
#include "policy/models/pam/pam_folders.h"
#include "policy/models/pam/pam_line.h"

enum {
	LEVELS = 16, /* PAM_SUBSTACK_MAX_LEVEL */
	OPENED_MAX = 500, /* files, counted each time they are read */
	BYTES_MAX = 16 << 20, /* of all of them together */
	STEPS_MAX = 500, /* of a phase */
};

static const enum pam_type any_type = PAM_TYPE_COUNT; /* lines of each are wanted */
static const char other[] = "other";
static const char conf_file[] = "/etc/pam.conf";

static const char *const type_names[PAM_TYPE_COUNT] = { "auth", "account", "password",
	"session" };

struct walk {
	const struct context *context;
	const char *service;
	struct pam_stack *stack;
	struct pam_phase others[PAM_TYPE_COUNT];
	bool is_debian, has_at_include, is_new; /* new: 1.6.0 or later */
	unsigned opened;
	size_t bytes;
	bool is_over; /* a fault ended the reading */
};

/* A file that is being read. */
struct frame {
	const struct frame *outer; /* where it is included */
	const struct file *file;
	bool is_conf; /* pam.conf: the first word is the service */
	bool is_other; /* its lines are for "other" */
	enum pam_type type; /* only lines of it count */
	unsigned depth; /* of substacks */
	unsigned includes; /* of files */
	struct place line; /* where it is read */
};

const char *
pam_type_name(enum pam_type type)
{
	return type_names[type];
}

enum pam_type
pam_type_find(const char *name)
{
	enum pam_type type = PAM_TYPE_AUTH;
	while (type < PAM_TYPE_COUNT && strcasecmp(type_names[type], name) != 0)
		type++;
	return type;
}

/* Takes REASON. */
static void
add_fault(struct walk *walk, enum pam_fault_kind kind, enum pam_type type,
	struct place place, char *reason)
{
	struct pam_stack *stack = walk->stack;
	stack->faults = memory_grow(
		stack->faults, stack->fault_count, sizeof *stack->faults);
	stack->faults[stack->fault_count++] = (struct pam_fault){ kind, type, place,
		reason };
	walk->is_over = walk->is_over || kind == PAM_FAULT_UNSURE;
}

/* libpam keeps a module's name without folder and suffix, and gives the file up when
 * nothing is left, or a question mark: extract_modulename. */
static bool
has_name(const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path,
		   *dot = strrchr(name, '.');
	size_t length = dot ? (size_t)(dot - name) : strlen(name);
	return length > 0 && !(length == 1 && *name == '?');
}

/* Adds a step that has the line's KIND, DEPTH and so on; false when libpam gives the file
 * up. */
static bool
add_step(struct walk *walk, const struct frame *frame, bool is_other, enum pam_type type,
	const struct pam_step *made)
{
	bool is_named = made->module == NULL || has_name(made->module);
	if (!is_named && frame->outer != NULL) {
		add_fault(walk, PAM_FAULT_UNSURE, any_type, made->place,
			memory_text("a module without a name in an included file: libpam "
				    "goes on with memory that it never set"));
		return false;
	}
	if (type == any_type || !is_named) {
		add_fault(walk, PAM_FAULT_FAILS, type, made->place,
			memory_text("libpam gives the file up at this line"));
		return false;
	}
	struct pam_phase *phase = is_other ? &walk->others[type]
					   : &walk->stack->phases[type];
	if (phase->count == STEPS_MAX) {
		add_fault(walk, PAM_FAULT_UNSURE, any_type, made->place,
			memory_text("the stack has more than 500 lines"));
		return false;
	}
	phase->steps = memory_grow(phase->steps, phase->count, sizeof *phase->steps);
	struct pam_step *step = &phase->steps[phase->count++];
	*step = *made;
	step->depth = frame->depth;
	step->control = memory_text(made->control ? made->control : "");
	step->module = memory_text(made->module ? made->module : "");
	step->arguments = memory_text(made->arguments ? made->arguments : "");
	return true;
}

static bool
read_file(struct walk *walk, const struct frame *frame);

/* Whether FILE stands for an open file of no lines: fopen(3) opens a folder too, and
 * /dev/null need not be there under a root. */
static bool
reads_empty(const struct file *file)
{
	return (file->state == FILE_REFUSED && S_ISDIR(file->status.st_mode)) ||
		strcmp(file->target, "/dev/null") == 0;
}

/* The file at PATH; NULL when libpam can't open it, or a fault was added. */
static const struct file *
open_file(struct walk *walk, const char *path, struct place from)
{
	const struct file *file = host_file(walk->context->host, path);
	if (!reads_empty(file)) {
		if (file->state == FILE_ABSENT ||
			(file->state == FILE_REFUSED && file->errnum == ELOOP))
			return NULL;
		if (file->state == FILE_REFUSED) {
			add_fault(walk, PAM_FAULT_UNSURE, any_type, from,
				memory_printf("%s: %s", path, file->reason));
			return NULL;
		}
	}
	walk->bytes += file->bytes.size;
	if (++walk->opened > OPENED_MAX || walk->bytes > BYTES_MAX) {
		add_fault(walk, PAM_FAULT_UNSURE, any_type, from,
			memory_text("too many files are included"));
		return NULL;
	}
	struct pam_stack *stack = walk->stack;
	for (size_t i = 0; i < stack->file_count; i++)
		if (stack->files[i] == file)
			return file;
	stack->files = memory_grow(stack->files, stack->file_count, sizeof *stack->files);
	stack->files[stack->file_count++] = file;
	return file;
}

/* The file of pam.d called NAME: _pam_open_config_file. FIRST_ONLY: in etc/pam.d alone.
 */
static const struct file *
find_file(struct walk *walk, const char *name, bool first_only, struct place from)
{
	struct host *host = walk->context->host;
	if (name[0] == '/')
		return open_file(walk, name, from);
	for (size_t i = 0; pam_folders[i] != NULL && !walk->is_over; i++) {
		autofree char *path = memory_printf("%s/%s", pam_folders[i], name);
		enum pam_folder_state state = i == 0
			? PAM_FOLDER_READ
			: pam_folders_look(host, pam_folders[i]);
		if (state == PAM_FOLDER_IGNORED || (first_only && i > 0))
			continue;
		if (state == PAM_FOLDER_UNSURE) {
			if (host_has_name(host, path) != 0)
				add_fault(walk, PAM_FAULT_UNSURE, any_type, from,
					memory_printf("whether this libpam reads %s "
						      "can't be told",
						path));
			continue;
		}
		const struct file *file = open_file(walk, path, from);
		if (file != NULL)
			return file;
	}
	return NULL;
}

/* Files that include each other: reading them ends only where a substack grows deeper. */
static bool
goes_round(const struct frame *frame)
{
	for (const struct frame *outer = frame->outer; outer != NULL;
		outer = outer->outer)
		if (outer->file == frame->file && outer->depth == frame->depth &&
			outer->type == frame->type)
			return true;
	return false;
}

/* Reads the file NAME for the line at INNER->line; false when libpam can't. */
static bool
include(struct walk *walk, struct frame *inner, const char *name)
{
	if (inner->depth >= LEVELS || (walk->is_new && inner->includes >= LEVELS)) {
		add_fault(walk, PAM_FAULT_FAILS, inner->type, inner->line,
			memory_text("files include each other without end: libpam stops "
				    "after 16 levels and the line fails"));
		return false;
	}
	inner->file = find_file(walk, name, walk->is_debian, inner->line);
	if (inner->file == NULL) {
		add_fault(walk, PAM_FAULT_FAILS, inner->type, inner->line,
			memory_printf("%s: no such file: the line fails", name));
		return false;
	}
	if (!walk->is_new && goes_round(inner)) {
		add_fault(walk, PAM_FAULT_UNSURE, any_type, inner->line,
			memory_text("files include each other without end"));
		return false;
	}
	return read_file(walk, inner);
}

/* The rest of a line, from an include's file name on. MADE->kind is set already. */
static bool
read_include(struct walk *walk, const struct frame *frame, bool is_other,
	enum pam_type type, struct pam_step *made, bool is_substack, bool is_at)
{
	struct frame inner = {
		.outer = frame,
		.is_other = is_other,
		.type = type,
		.depth = frame->depth + is_substack,
		.includes = frame->includes + 1,
		.line = made->place,
	};
	if (is_substack) {
		made->kind = PAM_STEP_SUBSTACK;
		if (!add_step(walk, frame, is_other, type, made))
			return false;
	}
	if (made->module == NULL && walk->is_debian) {
		add_fault(walk, PAM_FAULT_REFUSED, any_type, made->place,
			memory_text("an include without a name: libpam crashes"));
		walk->is_over = true;
		return false;
	}
	if (made->module != NULL && include(walk, &inner, made->module))
		return true;
	if (walk->is_over)
		return false;
	if (is_at && type != any_type) {
		add_fault(walk, PAM_FAULT_UNSURE, any_type, made->place,
			memory_text("what libpam does after this @include fails is left "
				    "to chance"));
		return false;
	}
	made->kind = PAM_STEP_FAILS;
	made->module = NULL;
	pam_control_read("", made->actions);
	return add_step(walk, frame, is_other, type, made);
}

/* A line of type TYPE after that word; MADE->kind is PAM_STEP_FAILS when the type is
 * none. */
static bool
read_rest(struct walk *walk, const struct frame *frame, bool is_other, enum pam_type type,
	struct pam_step *made, char *rest)
{
	made->control = pam_line_word(&rest);
	made->module = pam_line_word(&rest);
	const char *control = made->control ? made->control : "";
	bool is_substack = strcasecmp(control, "substack") == 0;
	if (is_substack || strcasecmp(control, "include") == 0)
		return read_include(
			walk, frame, is_other, type, made, is_substack, false);
	bool is_clear = pam_control_read(control, made->actions);
	if (made->module == NULL)
		made->kind = PAM_STEP_FAILS;
	else
		made->arguments = rest;
	if (made->kind == PAM_STEP_FAILS)
		add_fault(walk, PAM_FAULT_FAILS, type, made->place,
			memory_text(made->module == NULL
					? "no module: the line always fails"
					: "no type of PAM's: the line always fails"));
	else if (!is_clear)
		add_fault(walk, PAM_FAULT_FAILS, type, made->place,
			memory_text("libpam does not understand the control: whatever "
				    "the module returns counts as a failure"));
	if (rest != NULL) {
		rest += strspn(rest, " \n\t");
		made->arguments = rest;
		for (char *end = rest + strlen(rest);
			end > rest && strchr(" \n\t", end[-1]) != NULL;)
			*--end = '\0';
	}
	return add_step(walk, frame, is_other, type, made);
}

/* One line: _pam_parse_conf_file. False when libpam gives the file up. */
static bool
read_line(struct walk *walk, const struct frame *frame, char *line, struct place place)
{
	struct pam_step made = { .place = place };
	char *rest = line;
	bool is_other = frame->is_other;
	if (frame->is_conf) {
		const char *service = pam_line_word(&rest);
		is_other = strcasecmp(service, other) == 0;
		if (!is_other && strcasecmp(service, walk->service) != 0)
			return true;
	}
	const char *word = pam_line_word(&rest);
	if (word != NULL && word[0] == '-') {
		made.is_quiet = true;
		word++;
	}
	if (word != NULL && strcasecmp(word, "@include") == 0 && walk->has_at_include) {
		made.module = pam_line_word(&rest);
		return read_include(
			walk, frame, is_other, frame->type, &made, false, true);
	}
	enum pam_type type = word != NULL ? pam_type_find(word) : PAM_TYPE_COUNT;
	if (type == PAM_TYPE_COUNT) {
		made.kind = PAM_STEP_FAILS;
		type = frame->type != any_type ? frame->type : PAM_TYPE_AUTH;
	}
	if (frame->type != any_type && frame->type != type)
		return true;
	return read_rest(walk, frame, is_other, type, &made, rest);
}

static bool
read_file(struct walk *walk, const struct frame *frame)
{
	struct pam_lines lines = { .text = frame->file->bytes, .is_long = walk->is_new };
	enum pam_line_read read = PAM_LINE_END;
	bool good = true;
	while (good && !walk->is_over && (read = pam_lines_next(&lines)) == PAM_LINE_READ)
		good = read_line(walk, frame, lines.line,
			(struct place){ frame->file, lines.start });
	if (read == PAM_LINE_BROKEN) {
		add_fault(walk, PAM_FAULT_FAILS, frame->type,
			(struct place){ frame->file, lines.start },
			memory_printf("libpam gives the file up: %s", lines.reason));
		good = false;
	}
	pam_lines_free(&lines);
	return good && !walk->is_over;
}

/* Reads a file that stands for itself; a fault in it is one of the whole stack. */
static void
read_whole(struct walk *walk, const struct frame *frame)
{
	if (read_file(walk, frame) || walk->is_over)
		return;
	const struct pam_fault *last = &walk->stack->faults[walk->stack->fault_count - 1];
	add_fault(walk, PAM_FAULT_REFUSED, any_type, last->place,
		memory_text(last->reason));
	walk->is_over = true;
}

static void
refuse(struct walk *walk, struct place place, char *reason)
{
	if (walk->is_over)
		free(reason);
	else
		add_fault(walk, PAM_FAULT_REFUSED, any_type, place, reason);
	walk->is_over = true;
}

static bool
has_folder(struct host *host)
{
	for (const char *const *folder = pam_folders; *folder != NULL; folder++) {
		struct name_list list = { 0 };
		if (pam_folders_look(host, *folder) != PAM_FOLDER_IGNORED &&
			host_list(host, *folder, &list, NULL) == 0) {
			name_list_free(&list);
			return true;
		}
	}
	return false;
}

/* pam.conf counts only where there is no folder: _pam_init_handlers. */
static void
read_conf(struct walk *walk)
{
	struct frame frame = { .is_conf = true, .type = any_type };
	frame.file = open_file(walk, conf_file, (struct place){ 0 });
	free(walk->stack->path);
	walk->stack->path = memory_text(conf_file);
	if (frame.file != NULL)
		read_whole(walk, &frame);
	else
		refuse(walk, (struct place){ 0 },
			memory_printf("%s: no such file", conf_file));
}

static void
read_folders(struct walk *walk, const struct file *service)
{
	struct frame frame = { .file = service,
		.is_other = strcmp(walk->service, other) == 0,
		.type = any_type };
	if (service != NULL)
		read_whole(walk, &frame);
	frame = (struct frame){ .is_other = true, .type = any_type };
	if (!walk->is_over)
		frame.file = find_file(walk, other, false, (struct place){ 0 });
	if (frame.file != NULL)
		read_whole(walk, &frame);
	else if (service == NULL)
		refuse(walk, (struct place){ 0 },
			memory_printf(
				"%s: no such file, and no other", walk->stack->path));
}

/* Where Debian's patch is: dpkg says so; @include alone without knowing. */
static void
find_library(struct walk *walk)
{
	struct software software = software_find(walk->context, "pam");
	const char *version = software.version;
	walk->is_debian = software.source == SOFTWARE_DATABASE ||
		software.source == SOFTWARE_ABSENT;
	walk->has_at_include = walk->is_debian ||
		host_has_name(walk->context->host, "/var/lib/rpm") != 1;
	if (version != NULL) {
		const char *colon = strchr(version, ':');
		version = colon != NULL ? colon + 1 : version;
		walk->is_new = strncmp(version, "1.", 2) == 0 &&
			(strtol(version + 2, NULL, 10) >= 6);
	}
	software_free(&software);
}

/* pam_start(3) takes the name behind the last slash, in lower case. */
static char *
service_name(const char *service)
{
	const char *slash = strrchr(service, '/');
	char *name = memory_text(slash != NULL ? slash + 1 : service);
	for (char *letter = name; *letter != '\0'; letter++)
		*letter = (char)tolower((unsigned char)*letter);
	return name;
}

static void
free_phase(struct pam_phase *phase)
{
	for (size_t i = 0; i < phase->count; i++) {
		free(phase->steps[i].control);
		free(phase->steps[i].module);
		free(phase->steps[i].arguments);
	}
	free(phase->steps);
	*phase = (struct pam_phase){ 0 };
}

void
pam_stack_read(
	const struct context *context, const char *service, struct pam_stack *ret_stack)
{
	autofree char *name = service_name(service);
	struct walk walk = { .context = context, .service = name, .stack = ret_stack };
	*ret_stack = (struct pam_stack){
		.path = memory_printf("%s/%s", pam_folders[0], name),
	};
	find_library(&walk);
	const struct file *file = find_file(&walk, name, false, (struct place){ 0 });
	if (file != NULL) {
		free(ret_stack->path);
		ret_stack->path = memory_text(file->path);
	}
	if (!walk.is_over && file == NULL &&
		host_file(context->host, conf_file)->state != FILE_ABSENT &&
		!has_folder(context->host))
		read_conf(&walk);
	else if (!walk.is_over)
		read_folders(&walk, file);
	for (size_t i = 0; i < PAM_TYPE_COUNT; i++) {
		struct pam_phase *phase = &ret_stack->phases[i];
		if (phase->count == 0 && walk.others[i].count > 0) {
			*phase = walk.others[i];
			phase->is_other = true;
		} else {
			free_phase(&walk.others[i]);
		}
	}
}

const struct pam_fault *
pam_stack_fault(const struct pam_stack *stack, enum pam_fault_kind kind)
{
	for (size_t i = 0; i < stack->fault_count; i++)
		if (stack->faults[i].kind == kind)
			return &stack->faults[i];
	return NULL;
}

void
pam_stack_free(struct pam_stack *stack)
{
	for (size_t i = 0; i < PAM_TYPE_COUNT; i++)
		free_phase(&stack->phases[i]);
	for (size_t i = 0; i < stack->fault_count; i++)
		free(stack->faults[i].reason);
	free(stack->faults);
	free(stack->files);
	free(stack->path);
	*stack = (struct pam_stack){ 0 };
}
