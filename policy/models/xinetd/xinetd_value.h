/* How xinetd reads single values. Sources: xinetd 2.3.15.3 util.c (parse_int, parse_ull,
 * parse_all_digits), parsers.c (get_limit, parse_inet_addresses), time.c ti_add, addr.c.
 */
#ifndef POLICY_MODELS_XINETD_VALUE_H
#define POLICY_MODELS_XINETD_VALUE_H

#include <stdbool.h>

/* A number as strtol(3) has it and nothing but blanks behind; kept as an int. */
bool
xinetd_value_int(const char *text, int base, int *ret_number);

/* The same of strtoull(3). */
bool
xinetd_value_unsigned(const char *text, unsigned long long *ret_number);

/* A number with k or m behind. */
bool
xinetd_value_limit(const char *text, unsigned long long *ret_number);

bool
xinetd_value_digits(const char *text);

/* "h:m-h:m", each time up to 23:59, the first before the second. */
bool
xinetd_value_interval(const char *text);

/* All that looks like an address or a name passes, but for a comma outside of braces and
 * a malformed 1.2.3.{4,5}. */
bool
xinetd_value_address(const char *text);

#endif
