#include "enforcer/apart.h"

#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/confine.h"
#include "base/memory.h"
#include "enforcer/answer.h"
#include "enforcer/child.h"

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

struct taking {
	const struct run *run;
	const struct record *record;
	apart_step step;
	const void *how;
};

static void
take(void *data, struct buffer *out)
{
	const struct taking *taking = data;
	autofree char *word = NULL;
	struct error err = ERROR_INIT;
	int status = -1;
	prctl(PR_SET_NAME, "holdfast-files"); /* for ps(1) */
	if (confine(taking->run, taking->record, &err) == 0)
		status = taking->step(
			taking->run, taking->record, taking->how, &word, &err);
	answer_add(out, status, word, err.text);
	error_clear(&err);
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
	int status;
	autobuffer struct buffer out = { 0 };
	struct taking taking = { run, record, step, how };
	*ret_word = NULL;
	if (run->transaction->in_place)
		return step(run, record, how, ret_word, err);
	if (child_run(take, &taking, &out, &status, err) < 0)
		return error_prefix(err, "no process to change the files");
	const struct bytes answer = { out.data, out.size };
	return answer_is_whole(answer) ? answer_take(answer, ret_word, err)
				       : say_died(status, err);
}
