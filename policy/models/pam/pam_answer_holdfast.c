/* What pam_holdfast says to one person: pam_holdfast(8). */
#include <string.h>

#include "base/console_conf.h"
#include "base/console_options.h"
#include "base/memory.h"
#include "policy/models/pam/pam_answer.h"
#include "policy/models/pam/pam_line.h"

/* Whether ENTRY of console.conf means the user. */
static bool
is_meant(const struct pam_person *person, const struct console_conf_entry *entry)
{
	autofree char *name = memory_copy(entry->text, entry->size);
	switch (entry->kind) {
	case CONSOLE_CONF_USER:
		return strcmp(name, person->user->name) == 0;
	case CONSOLE_CONF_UID:
		return entry->uid == person->user->uid;
	case CONSOLE_CONF_GROUP:
		return principals_in_group(person->principals, person->user, name);
	default:
		return false;
	}
}

/* Whether the module would let the user in by FILE: 1, 0; -1: it does not believe it. */
static int
is_named(const struct pam_person *person, const struct file *file)
{
	struct console_conf conf;
	struct console_conf_entry entry;
	int result, named = 0;
	if (file->state != FILE_READ || file->is_link ||
		file->bytes.size > CONSOLE_CONF_MAX ||
		(file->status.st_mode != 0 &&
			(host_owner(person->context->host, &file->status) != 0 ||
				(file->status.st_mode & 022) != 0)))
		return -1;
	console_conf_begin(
		&conf, file->bytes.size > 0 ? file->bytes.data : "", file->bytes.size);
	while ((result = console_conf_next(&conf, &entry)) > 0)
		if (person->user != NULL && is_meant(person, &entry))
			named = 1;
	return result < 0 ? -1 : named;
}

uint32_t
pam_answer_holdfast(struct pam_question *question)
{
	enum { WORDS_MAX = 64 };
	const struct pam_person *person = question->person;
	struct console_options options;
	const char *words[WORDS_MAX];
	int count = 0;
	autofree char *text = memory_text(question->step->arguments);
	char *rest = text;
	for (const char *word;
		count < WORDS_MAX && (word = pam_line_word(&rest)) != NULL;)
		words[count++] = word;
	console_options_read(count, words, &options);
	bool display = console_options_is_display(person->service);
	bool at_console = display
		? !person->is_remote
		: person->is_console && !(options.trust_rhost && person->is_remote);
	/* at which terminal, if any, is not known of a service that is not login's */
	bool may_be_bare = !person->is_remote &&
		console_options_takes_bare(&options, person->service);
	if (question->type == PAM_TYPE_AUTH || pam_question_is_root(question) ||
		!console_options_cover(&options, person->service) || options.dry_run)
		return PAM_SET(IGNORE);
	if (options.wrong == NULL && !at_console && !options.pts_is_console &&
		!may_be_bare)
		return PAM_SET(IGNORE);
	const struct file *file = host_file(person->context->host, options.conf);
	int named = options.wrong != NULL ? -1 : is_named(person, file);
	if (named > 0 || (named < 0 && options.allow_on_error))
		return PAM_SET(IGNORE);
	if (named == 0)
		question->answer->place = (struct place){ file, 0 };
	/* a container's console is a pts, and so are logins from elsewhere */
	if (named == 0 && !at_console)
		return PAM_SET(IGNORE) | PAM_SET(REFUSED);
	return pam_question_refuse(question, PAM_VALUE_REFUSED,
		named == 0 ? "console.conf does not name the user"
			   : "the module does not believe its configuration");
}
