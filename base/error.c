#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"

int
error_set(struct error *err, const char *format, ...)
{
	if (err != NULL && err->text == NULL) {
		va_list args;
		va_start(args, format);
		err->text = memory_vprintf(format, args);
		va_end(args);
	}
	return -1;
}

int
error_prefix(struct error *err, const char *format, ...)
{
	if (err != NULL && err->text != NULL) {
		va_list args;
		va_start(args, format);
		char *context = memory_vprintf(format, args);
		va_end(args);
		char *whole = memory_printf("%s: %s", context, err->text);
		free(context);
		free(err->text);
		err->text = whole;
	}
	return -1;
}

void
error_clear(struct error *err)
{
	free(err->text);
	err->text = NULL;
}
