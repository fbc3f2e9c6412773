#include "policy/models/xinetd/xinetd_value.h"

#include <ctype.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static bool
is_end(const char *text)
{
	return text[strspn(text, " \t\n\v\f\r")] == '\0';
}

bool
xinetd_value_int(const char *text, int base, int *ret_number)
{
	char *end;
	errno = 0;
	long number = strtol(text, &end, base);
	*ret_number = (int)number;
	return errno == 0 && *text != '\0' && is_end(end);
}

bool
xinetd_value_unsigned(const char *text, unsigned long long *ret_number)
{
	char *end;
	errno = 0;
	*ret_number = strtoull(text, &end, 10);
	return errno == 0 && *text != '\0' && is_end(end);
}

bool
xinetd_value_limit(const char *text, unsigned long long *ret_number)
{
	static const char units[] = "kKmM";
	autofree char *number = memory_text(text);
	size_t length = strlen(number);
	unsigned long long unit = 1;
	if (length > 0 && strchr(units, number[length - 1]) != NULL) {
		unit = tolower((unsigned char)number[length - 1]) == 'k' ? 1024
									 : 1024 * 1024;
		number[length - 1] = '\0';
	}
	return xinetd_value_unsigned(number, ret_number) &&
		!__builtin_mul_overflow(*ret_number, unit, ret_number);
}

bool
xinetd_value_digits(const char *text)
{
	return text[strspn(text, "0123456789")] == '\0';
}

bool
xinetd_value_interval(const char *text)
{
	static const char stops[] = { ':', '-', ':', '\0' };
	int part[4] = { 0 };
	for (size_t i = 0; i < 4; i++) {
		for (; isdigit((unsigned char)*text) && part[i] < 1000; text++)
			part[i] = part[i] * 10 + (*text - '0');
		if (*text != stops[i] || part[i] > (i % 2 ? 59 : 23))
			return false;
		text++;
	}
	return part[0] * 60 + part[1] < part[2] * 60 + part[3];
}

bool
xinetd_value_address(const char *text)
{
	const char *brace = strchr(text, '{');
	if (brace == NULL)
		return strchr(text, ',') == NULL;
	if (text + strspn(text, "0123456789.") != brace)
		return true; /* no address at all: logged and passed over */
	const char *close = brace + 1 + strspn(brace + 1, "0123456789,");
	return strstr(text, "..") == NULL && text[0] != '.' && *close == '}' &&
		close[1] == '\0' && brace[1] != ',' && close[-1] != ',' &&
		close != brace + 1 && strstr(brace, ",,") == NULL;
}
