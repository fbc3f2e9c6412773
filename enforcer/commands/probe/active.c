#include "enforcer/commands/probe/active.h"

#include <stdio.h>
#include <stdlib.h>

#include "enforcer/output.h"

void
active_announce(const struct buffer *text)
{
	output_print((struct bytes){ text->data, text->size });
	fflush(stdout);
}

void
active_add_line(struct buffer *out, const char *left, const char *right)
{
	autobuffer struct buffer escaped = { 0 };
	output_escaped(&escaped, left);
	buffer_printf(out, "  %-10s ", escaped.data);
	output_escaped(out, right);
	buffer_text(out, "\n");
}

json_t *
active_json(const char *name)
{
	json_t *object = json_object();
	json_object_set_new(object, "holdfast", json_integer(1));
	json_object_set_new(object, "probe", json_string(name));
	return object;
}

json_t *
active_json_text(const char *text)
{
	autobuffer struct buffer escaped = { 0 };
	if (text == NULL)
		return json_null();
	buffer_text(&escaped, "");
	output_escaped(&escaped, text);
	return json_stringn(escaped.data, escaped.size);
}

void
active_print_json(json_t *object)
{
	char *text = json_dumps(object, JSON_COMPACT);
	puts(text != NULL ? text : "");
	free(text);
	json_decref(object);
}
