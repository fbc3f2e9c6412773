/* Hostile lines of sudoers and authorized_keys. The first byte chooses the version of
 * sshd; the text is read as both. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/models/login/sudoers.h"
#include "policy/models/sshd/authorized_keys.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
read_sudoers(struct host *host, struct bytes text)
{
	struct sudoers sudoers;
	struct principals principals;
	host_put(host, "/etc/sudoers", text);
	host_put(host, "/etc/passwd", BYTES_TEXT("a:x:1:1::/:/bin/sh\n"));
	host_put(host, "/etc/group", BYTES_TEXT("g:x:1:a\n"));
	host_put(host, "/etc/hostname", BYTES_TEXT("h\n"));
	principals_read(host, &principals);
	sudoers_read(host, &sudoers);
	sudoers_ask(&sudoers, &principals, &principals.users[0]);
	if (sudoers.doubt_place.offset > text.size)
		abort();
	sudoers_free(&sudoers);
	principals_free(&principals);
}

/* A key that is taken without a reason against it, and the other way round. */
static void
read_keys(struct bytes text, int version)
{
	const struct authorized_keys_question question = { .version = version,
		.address = version % 2 == 0 ? "192.0.2.1" : NULL,
		.rsa_bits = 1024,
		.today = 20000 };
	for (size_t at = 0; at < text.size;) {
		autobuffer struct buffer why = { 0 };
		const char *end = memchr(text.data + at, '\n', text.size - at);
		size_t length = end != NULL ? (size_t)(end - text.data) - at
					    : text.size - at;
		autofree char *line = memory_copy(text.data + at, length);
		if ((authorized_keys_judge(&question, line, &why) ==
			    AUTHORIZED_KEYS_SOME) != (why.size == 0))
			abort();
		at += length + 1;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int versions[] = { 306, 605, 902, 1003 };
	static struct host *below;
	if (below == NULL)
		below = host_open("/proc/self/fdinfo", NULL);
	if (size == 0 || below == NULL)
		return 0;
	struct host *host = host_layer(below);
	struct bytes text = { (const char *)data + 1, size - 1 };
	read_sudoers(host, text);
	read_keys(text, versions[data[0] % (sizeof versions / sizeof *versions)]);
	host_free(host);
	return 0;
}
