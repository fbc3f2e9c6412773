/* pam_probe SERVICE USER TTY: asks libpam for the account phase, as SERVICE would for
 * USER at TTY and from no remote host, and tells what each module of the stack returned.
 * No authentication, no session; questions of a module are refused.
 *
 * The stack is the live one, loaded and run by libpam, once and unaltered. What a module
 * returned is seen because libpam finds each module's function with dlsym(3), once for
 * each line (Linux-PAM 1.3 to 1.7: pam_handlers.c, _pam_add_handler), and the dlsym of
 * the main program is found before the C library's: the one below hands libpam a function
 * that calls the module's and notes the call. A line whose module is missing is never
 * called and leaves no note; libpam answers in its place.
 *
 * Writes one record a line, words with a blank between, bytes outside ! to ~ and % as
 * %XX:
 * - terminal REASON: TTY is not at standard input, and why;
 * - run LINE MODULE ARG...: a module is called; LINE counts the account lines read;
 * - back LINE CODE TEXT: it returned CODE, which pam_strerror calls TEXT;
 * - says TEXT: a message for the user;
 * - start CODE TEXT: pam_start failed;
 * - answer CODE TEXT: what the stack answered.
 *
 * pam_probe --load MODULE: whether the module, which may be a path, can be loaded. Exit
 * status 0, or 1 and the reason on standard output. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <security/pam_appl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef int (*module_function)(pam_handle_t *, int, int, const char **);
typedef void *(*dlsym_function)(void *, const char *);

static struct line {
	module_function function;
	const char *module; /* the file it was loaded from */
} lines[64];
static int line_count;
static FILE *records;

static void
put_word(const char *word)
{
	putc(' ', records);
	for (const unsigned char *p = (const unsigned char *)word; *p != '\0'; p++)
		if (*p > ' ' && *p <= '~' && *p != '%')
			putc(*p, records);
		else
			fprintf(records, "%%%02X", *p);
}

/* Flushed at once: a module may take the process down. */
static void
put_record(const char *name, int number, const char *text)
{
	fputs(name, records);
	if (number >= 0)
		fprintf(records, " %d", number);
	put_word(text);
	putc('\n', records);
	fflush(records);
}

static int
call_line(int index, pam_handle_t *handle, int flags, int argc, const char **argv)
{
	fprintf(records, "run %d", index);
	put_word(lines[index].module);
	for (int i = 0; i < argc; i++)
		put_word(argv[i]);
	putc('\n', records);
	fflush(records);
	int code = lines[index].function(handle, flags, argc, argv);
	fprintf(records, "back %d %d", index, code);
	put_word(pam_strerror(handle, code));
	putc('\n', records);
	fflush(records);
	return code;
}

/* libpam passes nothing that says which line it calls, so that each needs a function. */
#define LINE(n)                                                                          \
	static int line_##n(                                                             \
		pam_handle_t *handle, int flags, int argc, const char **argv)            \
	{                                                                                \
		return call_line(0##n, handle, flags, argc, argv);                       \
	}
#define EIGHT(x, n) x(n##0) x(n##1) x(n##2) x(n##3) x(n##4) x(n##5) x(n##6) x(n##7)
#define ALL(x)                                                                           \
	EIGHT(x, 0)                                                                      \
	EIGHT(x, 1)                                                                      \
	EIGHT(x, 2) EIGHT(x, 3) EIGHT(x, 4) EIGHT(x, 5) EIGHT(x, 6) EIGHT(x, 7)
ALL(LINE)
#define NAME(n) line_##n,
static const module_function functions[] = { ALL(NAME) };
_Static_assert(sizeof functions / sizeof *functions == sizeof lines / sizeof *lines,
	"a function for each line");

/* The C library's, by the version that libpam itself is bound to. */
static dlsym_function
real_dlsym(void)
{
	static const char *const versions[] = { "GLIBC_2.34", "GLIBC_2.17", "GLIBC_2.2.5",
		"GLIBC_2.2", "GLIBC_2.0", "GLIBC_2.27" };
	static dlsym_function real;
	for (size_t i = 0; real == NULL && i < sizeof versions / sizeof *versions; i++)
		*(void **)&real = dlvsym(RTLD_NEXT, "dlsym", versions[i]);
	return real;
}

void *
dlsym(void *restrict library, const char *restrict name)
{
	dlsym_function real = real_dlsym();
	void *found = real != NULL ? real(library, name) : NULL;
	struct link_map *map;
	if (records == NULL || found == NULL || strcmp(name, "pam_sm_acct_mgmt") != 0 ||
		line_count == sizeof lines / sizeof *lines ||
		dlinfo(library, RTLD_DI_LINKMAP, &map) != 0)
		return found;
	struct line *line = &lines[line_count];
	*(void **)&line->function = found;
	line->module = map->l_name; /* libpam keeps it loaded until pam_end */
	*(module_function *)&found = functions[line_count++];
	return found;
}

/* Takes messages, and refuses what wants an answer. */
static int
converse(int count, const struct pam_message **messages,
	struct pam_response **ret_answers, void *data)
{
	(void)data;
	for (int i = 0; i < count; i++) {
		int style = messages[i]->msg_style;
		if (style != PAM_TEXT_INFO && style != PAM_ERROR_MSG)
			return PAM_CONV_ERR;
		put_record("says", -1, messages[i]->msg != NULL ? messages[i]->msg : "");
	}
	*ret_answers = count > 0 ? calloc((size_t)count, sizeof **ret_answers) : NULL;
	return count > 0 && *ret_answers == NULL ? PAM_BUF_ERR : PAM_SUCCESS;
}

/* Puts the terminal TTY at standard input, for modules that look at the device and not at
 * PAM_TTY. It does not become the controlling terminal: that is taken from nobody. */
static void
open_terminal(const char *tty)
{
	char path[256];
	struct stat status;
	snprintf(path, sizeof path, "%s%s", tty[0] == '/' ? "" : "/dev/", tty);
	int fd = -1;
	errno = ENOTTY;
	if (stat(path, &status) == 0 && S_ISCHR(status.st_mode))
		fd = open(path, O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 || !isatty(fd) || dup2(fd, STDIN_FILENO) < 0)
		put_record("terminal", -1, strerror(errno));
	if (fd > STDIN_FILENO)
		close(fd);
}

/* Loads the module as libpam does: a name alone stands for a file in its folder. */
static int
load(const char *name)
{
	static const char *const functions_of_pam[] = { "pam_sm_acct_mgmt",
		"pam_sm_authenticate", "pam_sm_open_session", "pam_sm_chauthtok" };
	char path[512];
	const char *error = "it has none of PAM's functions";
	snprintf(path, sizeof path, "%s%s",
		name[0] == '/' ? "" : HOLDFAST_PAM_MODULES "/", name);
	void *module = dlopen(path, RTLD_NOW);
	for (size_t i = 0; module != NULL && i < 4; i++)
		if (real_dlsym()(module, functions_of_pam[i]) != NULL)
			error = NULL;
	if (module == NULL)
		error = dlerror();
	if (error != NULL)
		puts(error);
	return error != NULL;
}

int
main(int argc, char **argv)
{
	const struct pam_conv conversation = { converse, NULL };
	pam_handle_t *handle = NULL;
	if (argc == 3 && strcmp(argv[1], "--load") == 0)
		return load(argv[2]);
	if (argc != 4)
		return 3;
	/* what a module prints is no record of ours */
	int fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null < 0 || dup2(null, STDOUT_FILENO) < 0 || dup2(null, STDERR_FILENO) < 0)
		return 3;
	records = fd < 0 ? NULL : fdopen(fd, "w");
	if (records == NULL)
		return 3;
	open_terminal(argv[3]);
	int code = pam_start(argv[1], argv[2], &conversation, &handle);
	if (code == PAM_SUCCESS)
		code = pam_set_item(handle, PAM_TTY, argv[3]);
	if (code != PAM_SUCCESS) {
		put_record("start", code, pam_strerror(handle, code));
		return 0;
	}
	code = pam_acct_mgmt(handle, 0);
	put_record("answer", code, pam_strerror(handle, code));
	pam_end(handle, code);
	return 0;
}
