/* Questions to the person at the terminal. */
#ifndef ENFORCER_ASK_H
#define ENFORCER_ASK_H

#include <stdbool.h>

/* Whether there is somebody to ask: stdin and stdout are a terminal. */
bool
ask_is_possible(void);

/* Prints QUESTION and reads a line: its first letter in lower case, 0 for an empty line,
 * -1 at the end of the input. */
int
ask_letter(const char *question);

/* Prints QUESTION and reads a line, without blanks around it; "" at the end of the input.
 * The caller frees. */
char *
ask_line(const char *question);

/* "QUESTION [y/N] "; anything but a line that begins with y is no. */
bool
ask_yes(const char *question);

#endif
