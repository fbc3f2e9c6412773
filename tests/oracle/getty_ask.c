/* getty_ask: reads command lines from standard input, one a line with tabs between its
 * words, and prints what the model says of each: "asks", "user=NAME", "host=NAME",
 * "starts=PROGRAM" or "unknown=REASON". */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/models/login/getty.h"

int
main(void)
{
	char line[4096];
	while (fgets(line, sizeof line, stdin) != NULL) {
		struct getty getty = { 0 };
		char *words[256], *rest = NULL;
		size_t count = 0;
		line[strcspn(line, "\n")] = '\0';
		for (char *word = strtok_r(line, "\t", &rest);
			word != NULL && count < 256; word = strtok_r(NULL, "\t", &rest))
			words[count++] = word;
		if (count > 0)
			getty_judge(&getty, words[0], words + 1, count - 1);
		if (getty.unknown != NULL)
			printf("unknown=%s\n", getty.unknown);
		else if (getty.user != NULL)
			printf("user=%s\n", getty.user);
		else if (getty.remote != NULL)
			printf("host=%s\n", getty.remote);
		else if (getty.starts != NULL)
			printf("starts=%s\n", getty.starts);
		else
			puts("asks");
		fflush(stdout);
		free(getty.terminal);
		free(getty.user);
		free(getty.remote);
		free(getty.starts);
		free(getty.unknown);
	}
	return 0;
}
