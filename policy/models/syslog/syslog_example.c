#include "policy/models/syslog/syslog_example.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum { KEPT_MAX = 40, LENGTH_MAX = 500 };

/* What no test is expected to look for. */
static const char plain_tag[] = "zq:", plain_text[] = " zq";

/* Daemons replace control bytes before they look at a message. */
static bool
is_plain(const char *text, const char *without)
{
	size_t length = strlen(text);
	if (length > LENGTH_MAX || strcspn(text, without) < length)
		return false;
	for (const char *p = text; *p != '\0'; p++)
		if (*p < ' ' || *p == 0x7f)
			return false;
	return true;
}

static void
add(char ***list, size_t *count, const char *text)
{
	for (size_t i = 0; i < *count; i++)
		if (strcmp((*list)[i], text) == 0)
			return;
	if (*count >= KEPT_MAX)
		return;
	*list = memory_grow(*list, *count, sizeof **list);
	(*list)[(*count)++] = memory_text(text);
}

void
examples_add_tag(struct examples *examples, const char *tag)
{
	if (*tag != '\0' && is_plain(tag, " "))
		add(&examples->tags, &examples->tag_count, tag);
}

void
examples_add_text(struct examples *examples, const char *text)
{
	if (is_plain(text, ""))
		add(&examples->texts, &examples->text_count, text);
}

bool
examples_get(const struct examples *examples, size_t index, struct example *ret_example)
{
	*ret_example = (struct example){ plain_tag, plain_text };
	if (index == 0)
		return true;
	index--;
	if (index < examples->text_count) {
		ret_example->text = examples->texts[index];
		return true;
	}
	index -= examples->text_count;
	if (index < examples->tag_count) {
		ret_example->tag = examples->tags[index];
		return true;
	}
	index -= examples->tag_count;
	if (index >= examples->text_count * examples->tag_count)
		return false;
	ret_example->tag = examples->tags[index / examples->text_count];
	ret_example->text = examples->texts[index % examples->text_count];
	return true;
}

void
examples_free(struct examples *examples)
{
	for (size_t i = 0; i < examples->tag_count; i++)
		free(examples->tags[i]);
	for (size_t i = 0; i < examples->text_count; i++)
		free(examples->texts[i]);
	free(examples->tags);
	free(examples->texts);
	*examples = (struct examples){ 0 };
}
