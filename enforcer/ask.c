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

bool
ask_yes(const char *question)
{
	autofree char *whole = memory_printf("%s [y/N] ", question);
	return ask_letter(whole) == 'y';
}
