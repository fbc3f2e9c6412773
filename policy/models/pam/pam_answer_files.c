/* What the modules that look into a file say to one person. Sources: their manuals, and
 * Linux-PAM 1.5.2 modules/MODULE/MODULE.c. The files are those of the host, so that the
 * last argument that names one counts. */
#include <ctype.h>
#include <string.h>

#include "base/memory.h"
#include "policy/models/pam/pam_answer.h"

/* What fopen(3) of the module comes to. */
enum opened {
	OPENED_TEXT,
	OPENED_NOT, /* there is nothing */
	OPENED_FOLDER, /* opens, and can't be read */
	OPENED_UNSURE,
};

static enum opened
open_file(const struct pam_question *question, const char *path,
	const struct file **ret_file)
{
	/* a relative name depends on where the daemon stands */
	if (path[0] != '/')
		return OPENED_UNSURE;
	const struct file *file = host_file(question->person->context->host, path);
	*ret_file = file;
	switch (file->state) {
	case FILE_READ:
		return OPENED_TEXT;
	case FILE_ABSENT:
		return OPENED_NOT;
	case FILE_REFUSED:
		break;
	}
	return S_ISDIR(file->status.st_mode) ? OPENED_FOLDER : OPENED_UNSURE;
}

/* The line of TEXT at *AT, which moves behind it; a CR is a byte like any other. */
static bool
next_line(struct bytes text, size_t *at, struct bytes *ret_line)
{
	if (*at >= text.size)
		return false;
	const char *start = text.data + *at;
	const char *newline = memchr(start, '\n', text.size - *at);
	size_t size = newline ? (size_t)(newline - start) : text.size - *at;
	*ret_line = (struct bytes){ start, size };
	*at += size + 1;
	return true;
}

/* A second line of the module says nothing in a process where the first was asked. */
uint32_t
pam_answer_issue(struct pam_question *question)
{
	autofree char *named = pam_question_argument(question, "issue=");
	const struct pam_person *person = question->person;
	const struct pam_stack *stack = pam_person_stack(
		person->context, person->service);
	const struct pam_phase *phase = &stack->phases[PAM_TYPE_AUTH];
	const struct file *file = NULL;
	bool is_alone = true;
	for (size_t i = 0; i < phase->count; i++)
		if (&phase->steps[i] != question->step &&
			(pam_values_is(&phase->steps[i], "pam_issue.so") ||
				pam_values_is(&phase->steps[i], "pam_stack.so")))
			is_alone = false;
	switch (open_file(question, named != NULL ? named : "/etc/issue", &file)) {
	case OPENED_TEXT:
		return PAM_SET(IGNORE);
	case OPENED_NOT:
	case OPENED_FOLDER:
		if (!is_alone)
			break;
		return pam_question_refuse(question, PAM_VALUE_SERVICE_ERR,
			"the file that it shows can't be read");
	case OPENED_UNSURE:
		break;
	}
	return pam_question_doubt(question, PAM_SET(IGNORE) | PAM_SET(SERVICE_ERR),
		"whether it can read the file that it shows can't be told");
}

uint32_t
pam_answer_nologin(struct pam_question *question)
{
	static const char *const usual[] = { "/var/run/nologin", "/etc/nologin" };
	autofree char *named = pam_question_argument(question, "file=");
	uint32_t spared = pam_question_has(question, "successok") ? PAM_SET(SUCCESS)
								  : PAM_SET(IGNORE);
	const struct file *file = NULL;
	enum opened opened = OPENED_NOT;
	if (named != NULL)
		opened = open_file(question, named, &file);
	for (size_t i = 0; named == NULL && i < 2 && opened == OPENED_NOT; i++)
		opened = open_file(question, usual[i], &file);
	if (opened == OPENED_NOT ||
		(opened == OPENED_TEXT && pam_question_is_root(question)))
		return spared;
	if (opened == OPENED_TEXT)
		return pam_question_refuse(
			question, PAM_VALUE_AUTH_ERR, "there is an etc/nologin");
	/* a folder can't be shown, and then root is refused too */
	if (opened == OPENED_FOLDER)
		return pam_question_refuse(
			question, PAM_VALUE_SYSTEM_ERR, "its file is a folder");
	return pam_question_doubt(question,
		spared | PAM_SET(AUTH_ERR) | PAM_SET(SYSTEM_ERR),
		"whether its file is there can't be told");
}

static bool
has_line(const struct file *file, const char *wanted)
{
	struct bytes line;
	for (size_t at = 0; next_line(file->bytes, &at, &line);)
		if (line.size == strlen(wanted) &&
			memcmp(line.data, wanted, line.size) == 0)
			return true;
	return false;
}

/* Only root is kept to the terminals of etc/securetty; the kernel's console counts too,
 * unless noconsole is given. */
uint32_t
pam_answer_securetty(struct pam_question *question)
{
	const struct pam_person *person = question->person;
	const struct file *file = NULL;
	if (!pam_question_is_root(question))
		return PAM_SET(SUCCESS);
	enum opened opened = open_file(question, "/etc/securetty", &file);
	if (opened == OPENED_NOT)
		return PAM_SET(SUCCESS);
	question->answer->place = (struct place){ file, 0 };
	if (opened == OPENED_FOLDER ||
		(opened == OPENED_TEXT && (file->status.st_mode & S_IWOTH) != 0))
		return pam_question_refuse(question, PAM_VALUE_AUTH_ERR,
			"etc/securetty is not a file that others can't change");
	if (opened == OPENED_TEXT && !person->is_remote &&
		has_line(file, person->origin)) {
		question->answer->place = question->step->place;
		return PAM_SET(SUCCESS);
	}
	if (opened == OPENED_TEXT && !person->is_remote &&
		pam_question_has(question, "noconsole"))
		return pam_question_refuse(question, PAM_VALUE_AUTH_ERR,
			"etc/securetty does not name the terminal");
	return pam_question_doubt(question, PAM_SET(SUCCESS) | PAM_SET(AUTH_ERR),
		"etc/securetty does not name the terminal");
}

/* pam_modutil_check_user_in_passwd(): a line that begins with the name and a colon,
 * whatever follows. */
uint32_t
pam_answer_localuser(struct pam_question *question)
{
	const struct pam_person *person = question->person;
	autofree char *named = pam_question_argument(question, "file=");
	const char *path = named != NULL ? named : "/etc/passwd";
	const struct file *file = NULL;
	struct bytes line;
	enum opened opened = open_file(question, path, &file);
	/* any other user is one of etc/passwd */
	if (person->user == NULL && strcmp(path, "/etc/passwd") == 0)
		return PAM_SET(SUCCESS);
	if (opened == OPENED_NOT)
		return pam_question_refuse(question, PAM_VALUE_SERVICE_ERR,
			"its file of users is not there");
	if (opened == OPENED_FOLDER)
		return pam_question_refuse(
			question, PAM_VALUE_REFUSED, "its file of users is a folder");
	if (opened == OPENED_UNSURE || person->user == NULL)
		return pam_question_doubt(question,
			PAM_SET(SUCCESS) | PAM_SET(REFUSED) | PAM_SET(SERVICE_ERR),
			"whether its file names the user can't be told");
	size_t length = strlen(person->user->name);
	for (size_t at = 0; next_line(file->bytes, &at, &line);)
		if (line.size > length && line.data[length] == ':' &&
			memcmp(line.data, person->user->name, length) == 0)
			return PAM_SET(SUCCESS);
	return pam_question_refuse(
		question, PAM_VALUE_REFUSED, "its file does not name the user");
}

/* Whether pam_faillock takes its configuration; *ret_has_folder: that names a folder for
 * its counts. read_config_file() */
static enum opened
read_faillock(const struct pam_question *question, bool *ret_has_folder)
{
	enum { LINE_MAX_SIZE = 1022 };
	autofree char *named = pam_question_argument(question, "conf=");
	autofree char *folder = pam_question_argument(question, "dir=");
	const char *path = named != NULL ? named : "/etc/security/faillock.conf";
	const struct file *file = NULL;
	struct bytes line;
	enum opened opened = open_file(question, path, &file);
	*ret_has_folder = folder != NULL;
	if (opened == OPENED_NOT && named == NULL)
		return OPENED_TEXT;
	if (opened == OPENED_FOLDER)
		return OPENED_TEXT;
	if (opened != OPENED_TEXT)
		return opened;
	for (size_t at = 0; next_line(file->bytes, &at, &line);) {
		if (line.size > LINE_MAX_SIZE)
			return OPENED_NOT;
		if (memchr(line.data, '\0', line.size) != NULL)
			return OPENED_UNSURE;
		while (line.size > 0 && isspace((unsigned char)*line.data)) {
			line.data++;
			line.size--;
		}
		if (line.size >= 3 && memcmp(line.data, "dir", 3) == 0)
			*ret_has_folder = true;
	}
	return opened;
}

static uint32_t
ask_faillock(struct pam_question *question, uint32_t values, uint32_t troubles)
{
	bool has_folder;
	switch (read_faillock(question, &has_folder)) {
	case OPENED_NOT:
		return pam_question_refuse(question, PAM_VALUE_SERVICE_ERR,
			"it can't read its configuration");
	case OPENED_TEXT:
	case OPENED_FOLDER:
		break;
	case OPENED_UNSURE:
		return pam_question_doubt(question,
			values | troubles | PAM_SET(SERVICE_ERR),
			"whether it can read its configuration can't be told");
	}
	if (!has_folder)
		return values;
	return pam_question_doubt(question, values | troubles,
		"whether it can use its folder can't be told");
}

/* Nobody is locked out for failures now. authfail stands where one has failed, counts it,
 * and says ignore (pam_sm_authenticate). */
uint32_t
pam_answer_faillock_auth(struct pam_question *question)
{
	bool counts = pam_question_has(question, "authfail");
	uint32_t values = counts ? PAM_SET(IGNORE) | PAM_SET(AUTH_ERR) : PAM_SET(SUCCESS);
	/* of several the last counts */
	if (counts &&
		(pam_question_has(question, "preauth") ||
			pam_question_has(question, "authsucc")))
		values |= PAM_SET(SUCCESS);
	return ask_faillock(question, values, PAM_SET(SYSTEM_ERR));
}

uint32_t
pam_answer_faillock_account(struct pam_question *question)
{
	return ask_faillock(question, PAM_SET(SUCCESS), 0);
}
