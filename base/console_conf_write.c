/* The one writer of console.conf; it allocates, so the module does without it. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/console_conf.h"
#include "base/console_sum.h"
#include "base/memory.h"

static bool
is_user(const char *who)
{
	return *who != '(' && (*who < '0' || *who > '9');
}

static int
by_bytes(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

char *
console_conf_write(
	const char *control, const char *policy, const char *const *who, size_t count)
{
	autobuffer struct buffer rest = { 0 };
	autofree const char **users = memory_new(count + 1, sizeof *users);
	size_t user_count = 0;
	buffer_printf(&rest,
		"# Written by holdfast: who may log in at the console, see "
		"pam_holdfast(8).\n"
		"# Who edits it takes the sum's line out.\n"
		"control %s\npolicy %s\n",
		control, policy);
	for (size_t i = 0; i < count; i++)
		if (is_user(who[i]))
			users[user_count++] = who[i];
		else
			buffer_printf(&rest, "allow %s\n", who[i]);
	qsort(users, user_count, sizeof *users, by_bytes);
	for (size_t i = 0; i < user_count; i++)
		if (i == 0 || strcmp(users[i], users[i - 1]) != 0)
			buffer_printf(&rest, "allow %s\n", users[i]);
	return memory_printf("sum %010zu %016" PRIx64 "\n%s", rest.size,
		console_sum(rest.data, rest.size), rest.data);
}
