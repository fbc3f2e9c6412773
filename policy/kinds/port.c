#include "policy/kinds/port.h"

#include <stdint.h>
#include <string.h>

#include "base/text.h"

bool
port_is_meant(const struct value *section, long port, const char *protocol)
{
	long number;
	return text_number(value_text(section, "port", ""), 1, UINT16_MAX, &number,
		       NULL) == 0 &&
		number == port &&
		strcmp(value_text(section, "protocol", "tcp"), protocol) == 0;
}
