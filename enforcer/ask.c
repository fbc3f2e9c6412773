#include "enforcer/ask.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"

bool
ask_is_possible(void)
{
	return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
}

int
ask_letter(const char *question)
{
	autofree char *line = NULL;
	size_t size = 0;
	fputs(question, stdout);
	fflush(stdout);
	if (getline(&line, &size, stdin) < 0) {
		fputs("\n", stdout);
		return -1;
	}
	unsigned char first = (unsigned char)line[strspn(line, " \t")];
	return first == '\n' ? 0 : tolower(first);
}

char *
ask_line(const char *question)
{
	autofree char *line = NULL;
	size_t size = 0;
	fputs(question, stdout);
	fflush(stdout);
	if (getline(&line, &size, stdin) < 0) {
		fputs("\n", stdout);
		return memory_text("");
	}
	const char *start = line + strspn(line, " \t\r\n");
	size_t length = strlen(start);
	while (length > 0 && strchr(" \t\r\n", start[length - 1]) != NULL)
		length--;
	return memory_copy(start, length);
}

bool
ask_yes(const char *question)
{
	autofree char *whole = memory_printf("%s [y/N] ", question);
	return ask_letter(whole) == 'y';
}
