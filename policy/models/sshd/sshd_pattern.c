#include "policy/models/sshd/sshd_pattern.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

enum { ITEM_MAX = 1023 }; /* match_pattern_list gives up on a longer one */

bool
sshd_pattern_matches(const char *pattern, const char *text)
{
	const char *star = NULL, *from = NULL;
	while (*text != '\0') {
		if (*pattern == '*') {
			star = ++pattern;
			from = text;
		} else if (*pattern == '?' || *pattern == *text) {
			pattern++;
			text++;
		} else if (star != NULL) {
			pattern = star;
			text = ++from;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return *pattern == '\0';
}

int
sshd_pattern_list(const char *list, const char *text, bool caseless)
{
	bool positive = false;
	while (*list != '\0') {
		bool negated = *list == '!';
		list += negated;
		size_t length = strcspn(list, ",");
		if (length >= ITEM_MAX)
			return 0;
		autofree char *item = memory_copy(list, length);
		for (char *p = item; caseless && *p != '\0'; p++)
			*p = (char)tolower((unsigned char)*p);
		if (sshd_pattern_matches(item, text)) {
			if (negated)
				return -1;
			positive = true;
		}
		list += length;
		list += *list == ',';
	}
	return positive;
}

/* getaddrinfo with AI_NUMERICHOST, which takes the old short forms of IPv4 too. */
static int
read_address(const char *text, struct sshd_network *ret_network)
{
	struct in_addr v4;
	*ret_network = (struct sshd_network){ 0 };
	if (strspn(text, "0123456789abcdefABCDEFxX.") == strlen(text) && *text != '\0' &&
		inet_aton(text, &v4) != 0) {
		ret_network->family = AF_INET;
		ret_network->bits = 32;
		memcpy(ret_network->address, &v4, sizeof v4);
		return 0;
	}
	if (inet_pton(AF_INET6, text, ret_network->address) == 1) {
		ret_network->family = AF_INET6;
		ret_network->bits = 128;
		return 0;
	}
	return -1;
}

static bool
bit_at(const unsigned char *address, unsigned bit)
{
	return (address[bit / 8] >> (7 - bit % 8)) & 1;
}

int
sshd_pattern_network(const char *text, struct sshd_network *ret_network)
{
	char copy[64];
	long bits = -1;
	size_t length = strcspn(text, "/");
	if (strlen(text) >= sizeof copy)
		return -1;
	memcpy(copy, text, length);
	copy[length] = '\0';
	if (text[length] == '/' &&
		text_number(text + length + 1, 0, 128, &bits, NULL) < 0)
		return -1;
	if (read_address(copy, ret_network) < 0)
		return -1;
	unsigned width = ret_network->bits;
	if (bits < 0)
		return 0;
	if ((unsigned)bits > width)
		return -2;
	for (unsigned bit = (unsigned)bits; bit < width; bit++)
		if (bit_at(ret_network->address, bit))
			return -2;
	ret_network->bits = (unsigned)bits;
	return 0;
}

static bool
contains(const struct sshd_network *network, const struct sshd_network *address)
{
	if (network->family != address->family)
		return false;
	for (unsigned bit = 0; bit < network->bits; bit++)
		if (bit_at(network->address, bit) != bit_at(address->address, bit))
			return false;
	return true;
}

int
sshd_pattern_addresses(const char *list, const char *text)
{
	struct sshd_network address, network;
	int result = 0;
	if (text != NULL && read_address(text, &address) < 0)
		return 0;
	for (bool more = true; more;) {
		size_t length = strcspn(list, ",");
		bool negated = *list == '!';
		autofree char *item = memory_copy(list + negated, length - negated);
		more = list[length] == ',';
		list += length + more;
		if (*item == '\0')
			return -2;
		int kind = sshd_pattern_network(item, &network);
		if (kind == -2)
			return -2;
		if (text == NULL)
			continue;
		if (kind == 0 ? contains(&network, &address)
			      : sshd_pattern_matches(item, text)) {
			if (negated)
				return -1;
			result = 1;
		}
	}
	return result;
}
