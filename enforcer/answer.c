#include "enforcer/answer.h"

#include <stdint.h>
#include <string.h>

#include "base/memory.h"

void
answer_add(struct buffer *out, int status, const char *word, const char *text)
{
	int32_t number = status;
	buffer_add(out, (const char *)&number, sizeof number);
	buffer_add(out, word != NULL ? word : "", word != NULL ? strlen(word) + 1 : 1);
	buffer_add(out, text != NULL ? text : "", text != NULL ? strlen(text) + 1 : 1);
}

bool
answer_is_whole(struct bytes answer)
{
	size_t at = sizeof(int32_t);
	for (int i = 0; i < 2 && at < answer.size; i++)
		at += strnlen(answer.data + at, answer.size - at) + 1;
	return answer.size > sizeof(int32_t) + 1 && at == answer.size;
}

int
answer_take(struct bytes answer, char **ret_word, struct error *err)
{
	int32_t status;
	memcpy(&status, answer.data, sizeof status);
	const char *word = answer.data + sizeof status, *text = word + strlen(word) + 1;
	*ret_word = *word != '\0' ? memory_text(word) : NULL;
	if (*text != '\0')
		error_set(err, "%s", text);
	return status;
}
