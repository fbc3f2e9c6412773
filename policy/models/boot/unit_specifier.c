#include "policy/models/boot/unit_specifier.h"

#include <ctype.h>
#include <string.h>

#include "base/bytes.h"
#include "base/memory.h"

enum { FILLED_MAX = 64 * 1024 }; /* bytes; each specifier may be 255 */

/* The part of NAME that LETTER, in lower case, stands for. */
static struct bytes
find_part(const char *name, char letter)
{
	const char *at = strchr(name, '@'), *dot = strrchr(name, '.');
	const char *end = at != NULL ? at : dot;
	const char *dash = memrchr(name, '-', (size_t)(end - name));
	switch (letter) {
	case 'p':
		return (struct bytes){ name, (size_t)(end - name) };
	case 'j':
		name = dash != NULL ? dash + 1 : name;
		return (struct bytes){ name, (size_t)(end - name) };
	default: /* i */
		return at != NULL ? (struct bytes){ at + 1, (size_t)(dot - at - 1) }
				  : (struct bytes){ "", 0 };
	}
}

/* Adds what LETTER stands for; false where that is not known. In capitals it is without
 * the escapes of a path, where a dash is a slash: unit_name_unescape in unit-name.c. */
static bool
add_specifier(struct buffer *filled, char letter, const char *name)
{
	if (letter == '%' || letter == 'n' || letter == 'N') {
		const char *text = letter == '%' ? "%" : name;
		buffer_add(filled, text,
			letter == 'N' ? (size_t)(strrchr(name, '.') - name)
				      : strlen(text));
		return true;
	}
	struct bytes part = find_part(name, (char)tolower((unsigned char)letter));
	bool is_plain = islower((unsigned char)letter);
	if (!is_plain && part.size > 0 && memchr(part.data, '\\', part.size) != NULL)
		return false;
	for (size_t i = 0; i < part.size; i++)
		buffer_add(filled, !is_plain && part.data[i] == '-' ? "/" : &part.data[i],
			1);
	return true;
}

char *
unit_specifier_fill(
	const char *text, const char *name, const char *letters, bool *ret_is_whole)
{
	autobuffer struct buffer filled = { 0 };
	*ret_is_whole = true;
	buffer_text(&filled, "");
	for (; *text != '\0'; text++) {
		bool is_known = *text == '%' && text[1] != '\0' &&
			(text[1] == '%' || strchr(letters, text[1]) != NULL) &&
			filled.size < FILLED_MAX && add_specifier(&filled, text[1], name);
		if (*text == '%' && !is_known)
			*ret_is_whole = false;
		if (is_known)
			text++;
		else
			buffer_add(&filled, text, 1);
	}
	return buffer_take(&filled);
}
