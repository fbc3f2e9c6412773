#include "policy/models/pam/pam_line.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum { ROOM = 1024 }; /* libpam's buffer for a line, before 1.6.0 */

static const char blanks[] = " \n\t";

/* As fgets(3): at most ROOM - 1 bytes, up to a newline. */
static bool
take_piece(struct pam_lines *lines, char *target, size_t room)
{
	size_t left = lines->text.size - lines->at,
	       size = left < room - 1 ? left : room - 1;
	if (size == 0)
		return false;
	const char *from = lines->text.data + lines->at,
		   *newline = memchr(from, '\n', size);
	if (newline != NULL)
		size = (size_t)(newline - from) + 1;
	memcpy(target, from, size);
	target[size] = '\0';
	lines->at += size;
	return true;
}

static enum pam_line_read
give_up(struct pam_lines *lines, size_t start, const char *reason)
{
	lines->start = start;
	lines->reason = reason;
	return PAM_LINE_BROKEN;
}

enum pam_line_read
pam_lines_next(struct pam_lines *lines)
{
	size_t room = lines->is_long ? lines->text.size + 2 : ROOM;
	if (lines->line == NULL)
		lines->line = memory_new(room, 1);
	char *piece = lines->line, *end = piece + room;
	bool is_begun = false;
	for (;;) {
		size_t from = lines->at;
		if (end - piece < 2)
			return give_up(lines, lines->start,
				"a backslash at the end of libpam's buffer of 1023 "
				"bytes: it reads on without end");
		if (!take_piece(lines, piece, (size_t)(end - piece)))
			return !is_begun ? PAM_LINE_END
					 : give_up(lines, lines->start,
						   "the last line ends in a backslash");
		char *word = piece + strspn(piece, blanks);
		if (*word == '\0' || *word == '#') {
			if (is_begun && lines->is_long)
				return PAM_LINE_READ;
			*piece = '\0';
			continue;
		}
		if (!is_begun)
			lines->start = from + (size_t)(word - piece);
		char *comment = strchr(word, '#');
		if (comment != NULL) {
			*comment = '\0';
			return PAM_LINE_READ;
		}
		char *last = word + strlen(word) - 1;
		while (last > word && strchr(blanks, *last) != NULL)
			last--;
		if (*last != '\\')
			return PAM_LINE_READ;
		*last++ = ' ';
		*last = '\0';
		piece = last;
		is_begun = true;
	}
}

void
pam_lines_free(struct pam_lines *lines)
{
	free(lines->line);
	*lines = (struct pam_lines){ 0 };
}

char *
pam_line_word(char **rest)
{
	if (*rest == NULL)
		return NULL;
	char *word = *rest + strspn(*rest, blanks), *end = word;
	*rest = NULL;
	if (*word == '\0')
		return NULL;
	if (*word == '[') {
		char *to = ++word;
		for (end = word; *end != '\0' && *end != ']'; end++) {
			if (end[0] == '\\' && end[1] == ']')
				end++;
			*to++ = *end;
		}
		if (*end != '\0')
			end++;
		*to = '\0';
	} else {
		end += strcspn(end, blanks);
		if (*end != '\0')
			*end++ = '\0';
	}
	if (*end != '\0')
		*rest = end;
	return word;
}
