#include "enforcer/apart.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/confine.h"
#include "base/memory.h"
#include "enforcer/answer.h"
#include "enforcer/storage.h"

/* A directory that can't be opened is none to write in: the step will say so. */
static int
confine(const struct run *run, const struct record *record, struct error *err)
{
	autofree int *directories = memory_new(record->count + 1, sizeof *directories);
	size_t count = 0;
	int own = journal_open_change(&run->journal, record->id);
	if (own >= 0)
		directories[count++] = own;
	for (size_t i = 0; i < record->count; i++) {
		struct replacement where;
		if (replace_open(&where, run->root, &record->files[i].swap, NULL) == 0)
			directories[count++] = where.directory;
	}
	int status = confine_to_changing(directories, count, err);
	while (count > 0)
		close(directories[--count]);
	return status;
}

static void __attribute__((noreturn)) serve(const struct run *run,
	const struct record *record, apart_step step, const void *how, int answer)
{
	char *word = NULL;
	struct error err = ERROR_INIT;
	struct buffer out = { 0 };
	int status = -1;
	prctl(PR_SET_NAME, "holdfast-files"); /* for ps(1) */
	if (confine(run, record, &err) == 0)
		status = step(run, record, how, &word, &err);
	answer_add(&out, status, word, err.text);
	(void)storage_write(answer, (struct bytes){ out.data, out.size });
	_exit(0);
}

static void
read_all(int fd, struct buffer *out)
{
	char chunk[4096];
	ssize_t got;
	while ((got = read(fd, chunk, sizeof chunk)) > 0 || (got < 0 && errno == EINTR))
		if (got > 0)
			buffer_add(out, chunk, (size_t)got);
}

static int
say_died(int status, struct error *err)
{
	return error_set(err, "the process that changes the files died (%s)",
		WIFSIGNALED(status) ? strsignal(WTERMSIG(status)) : "it gave up");
}

int
apart_take(const struct run *run, const struct record *record, apart_step step,
	const void *how, char **ret_word, struct error *err)
{
	int ends[2], status = -1;
	autobuffer struct buffer out = { 0 };
	pid_t self = getpid();
	*ret_word = NULL;
	if (run->transaction->in_place)
		return step(run, record, how, ret_word, err);
	if (pipe2(ends, O_CLOEXEC) < 0)
		return error_set(
			err, "no process to change the files: %s", strerror(errno));
	pid_t pid = fork();
	if (pid == 0) {
		/* dead before this call was made, it would not be noticed */
		if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != self)
			_exit(1);
		close(ends[0]);
		serve(run, record, step, how, ends[1]);
	}
	int saved = errno;
	close(ends[1]);
	if (pid > 0)
		read_all(ends[0], &out);
	close(ends[0]);
	if (pid < 0)
		return error_set(
			err, "no process to change the files: %s", strerror(saved));
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	const struct bytes answer = { out.data, out.size };
	return answer_is_whole(answer) ? answer_take(answer, ret_word, err)
				       : say_died(status, err);
}
