#include "policy/schema.h"

#include <ctype.h>
#include <jansson.h>
#include <limits.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "policy/check.h"
#include "policy/kinds/kind.h"
#include "policy/tables.h"

static json_t *
section_schema(const struct key *keys, bool partial);

static void
set(json_t *object, const char *name, json_t *value)
{
	json_object_set_new(object, name, value);
}

/* What an editor makes of a plain scalar that we read as text. */
static json_t *
text_types(void)
{
	return json_pack("[sss]", "string", "boolean", "number");
}

static json_t *
text_schema(const struct key *key)
{
	json_t *schema = json_object();
	if (key->choices == NULL) {
		set(schema, "type", text_types());
		return schema;
	}
	json_t *choices = json_array();
	for (size_t i = 0; key->choices[i] != NULL; i++) {
		const char *choice = key->choices[i];
		long number;
		json_array_append_new(choices, json_string(choice));
		if (strcmp(choice, "yes") == 0 || strcmp(choice, "no") == 0)
			json_array_append_new(choices, json_boolean(choice[0] == 'y'));
		if (text_number(choice, 0, LONG_MAX, &number, NULL) == 0)
			json_array_append_new(choices, json_integer(number));
	}
	set(schema, "enum", choices);
	return schema;
}

static json_t *
number_schema(const struct key *key)
{
	json_t *schema = json_pack("{s:[ss], s:s, s:I}", "type", "integer", "string",
		"pattern", "^-?[0-9]+$", "minimum", (json_int_t)key->min);
	if (key->max != 0)
		set(schema, "maximum", json_integer(key->max));
	return schema;
}

/* Keywords match without case, which a schema can only say letter by letter; the exact
 * spellings are what an editor completes. */
static json_t *
settings_schema(const struct key *key)
{
	autobuffer struct buffer pattern = { 0 };
	json_t *schema = json_pack("{s:s, s:i}", "type", "object", "minProperties", 1);
	json_t *condition = json_pack("{s:s}", "$ref", "#/definitions/condition");
	if (key->choices == NULL) {
		set(schema, "additionalProperties", condition);
		return schema;
	}
	json_t *properties = json_object(), *patterns = json_object();
	buffer_text(&pattern, "^(");
	for (size_t i = 0; key->choices[i] != NULL; i++) {
		json_object_set(properties, key->choices[i], condition);
		buffer_text(&pattern, i > 0 ? "|" : "");
		for (const char *p = key->choices[i]; *p != '\0'; p++)
			if (isalpha((unsigned char)*p))
				buffer_printf(&pattern, "[%c%c]",
					toupper((unsigned char)*p),
					tolower((unsigned char)*p));
			else
				buffer_add(&pattern, p, 1);
	}
	buffer_text(&pattern, ")$");
	set(patterns, pattern.data, condition);
	set(schema, "properties", properties);
	set(schema, "patternProperties", patterns);
	set(schema, "additionalProperties", json_false());
	return schema;
}

static json_t *
type_schema(const struct key *key, bool partial)
{
	switch (key->type) {
	case KEY_NUMBER:
		return number_schema(key);
	case KEY_DATE:
		return json_pack("{s:s, s:s}", "type", "string", "pattern",
			"^[0-9]{4}-[0-9]{2}-[0-9]{2}$");
	case KEY_TEXTS:
		return json_pack("{s:s, s:o, s:i}", "type", "array", "items",
			text_schema(key), "minItems", key->filled ? 1 : 0);
	case KEY_SECTION:
		return section_schema(key->keys, partial);
	case KEY_SETTINGS:
		return settings_schema(key);
	default:
		return text_schema(key);
	}
}

static json_t *
key_schema(const struct key *key, bool partial)
{
	json_t *schema = type_schema(key, partial);
	if (key->many)
		schema = json_pack("{s:[o, {s:s, s:i, s:O}]}", "anyOf", schema, "type",
			"array", "minItems", key->none ? 0 : 1, "items", schema);
	autofree char *text = key->otherwise != NULL
		? memory_printf("%s (default: %s)", key->help, key->otherwise)
		: memory_text(key->help);
	set(schema, "description", json_string(text));
	return schema;
}

/* Nothing is required of a PARTIAL section, as in an overlay. */
static json_t *
section_schema(const struct key *keys, bool partial)
{
	json_t *properties = json_object(), *required = json_array();
	for (; keys->name != NULL; keys++) {
		set(properties, keys->name, key_schema(keys, partial));
		if (keys->required && !partial)
			json_array_append_new(required, json_string(keys->name));
	}
	return json_pack("{s:s, s:o, s:o, s:b}", "type", "object", "properties",
		properties, "required", required, "additionalProperties", 0);
}

/* A control: its section, and exactly one kind. */
static json_t *
control_schema(const struct tables *tables)
{
	json_t *schema = section_schema(tables->control, false), *one = json_array();
	for (size_t i = 0; kinds[i] != NULL; i++)
		json_array_append_new(
			one, json_pack("{s:[s]}", "required", kinds[i]->name));
	set(schema, "oneOf", one);
	return schema;
}

static json_t *
entry_schema(const struct tables *tables)
{
	json_t *schema = section_schema(tables->entry, true);
	set(schema, "required", json_pack("[s]", "id"));
	return schema;
}

static json_t *
condition_schema(void)
{
	json_t *schema = section_schema(condition_keys, true), *types = text_types();
	json_array_append_new(types, json_string("object"));
	set(schema, "type", types);
	set(schema, "minProperties", json_integer(1));
	set(schema, "description",
		json_string("the value, or any-of, none-of, min, max"));
	return schema;
}

/* The top level of a file whose LIST holds what DEFINITION describes. */
static json_t *
file_schema(const struct key *keys, const char *list, const char *definition)
{
	json_t *schema = json_object(), *properties = json_object();
	json_t *required = json_array();
	autofree char *reference = memory_printf("#/definitions/%s", definition);
	for (; keys->name != NULL; keys++) {
		bool is_list = strcmp(keys->name, list) == 0;
		set(properties, keys->name,
			is_list ? json_pack("{s:s, s:[{s:s}, {s:s, s:i, s:{s:s}}]}",
					  "description", keys->help, "anyOf", "$ref",
					  reference, "type", "array", "minItems", 1,
					  "items", "$ref", reference)
				: key_schema(keys, false));
		if (keys->required)
			json_array_append_new(required, json_string(keys->name));
	}
	set(schema, "properties", properties);
	set(schema, "required", required);
	set(schema, "additionalProperties", json_false());
	return schema;
}

char *
schema_text(void)
{
	struct tables *tables = tables_new();
	json_t *definitions = json_pack("{s:o, s:o, s:o}", "condition",
		condition_schema(), "control", control_schema(tables), "entry",
		entry_schema(tables));
	json_t *schema = json_pack("{s:s, s:s, s:s, s:{s:[s]}, s:o, s:o, s:o}", "$schema",
		"http://json-schema.org/draft-07/schema#", "title",
		"holdfast: a desired state or an overlay", "type", "object", "if",
		"required", "overlay", "then",
		file_schema(tables->overlay, "overlay", "entry"), "else",
		file_schema(tables->policy, "controls", "control"), "definitions",
		definitions);
	char *text = json_dumps(schema, JSON_INDENT(2));
	json_decref(schema);
	tables_free(tables);
	return text;
}
