#include "policy/models/sshd/sshd_algorithms.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "policy/models/sshd/sshd_pattern.h"
#include "policy/models/sshd/sshd_value.h"

/* The release whose lists stand below, as Debian 12 builds it. */
enum { KNOWN_VERSION = 902 };

static const char *const ciphers[] = {
	"3des-cbc",
	"aes128-cbc",
	"aes192-cbc",
	"aes256-cbc",
	"aes128-ctr",
	"aes192-ctr",
	"aes256-ctr",
	"aes128-gcm@openssh.com",
	"aes256-gcm@openssh.com",
	"chacha20-poly1305@openssh.com",
	NULL,
};
static const char *const macs[] = {
	"hmac-sha1",
	"hmac-sha1-96",
	"hmac-sha2-256",
	"hmac-sha2-512",
	"hmac-md5",
	"hmac-md5-96",
	"umac-64@openssh.com",
	"umac-128@openssh.com",
	"hmac-sha1-etm@openssh.com",
	"hmac-sha1-96-etm@openssh.com",
	"hmac-sha2-256-etm@openssh.com",
	"hmac-sha2-512-etm@openssh.com",
	"hmac-md5-etm@openssh.com",
	"hmac-md5-96-etm@openssh.com",
	"umac-64-etm@openssh.com",
	"umac-128-etm@openssh.com",
	NULL,
};
static const char *const exchanges[] = {
	"diffie-hellman-group1-sha1",
	"diffie-hellman-group14-sha1",
	"diffie-hellman-group14-sha256",
	"diffie-hellman-group16-sha512",
	"diffie-hellman-group18-sha512",
	"diffie-hellman-group-exchange-sha1",
	"diffie-hellman-group-exchange-sha256",
	"ecdh-sha2-nistp256",
	"ecdh-sha2-nistp384",
	"ecdh-sha2-nistp521",
	"curve25519-sha256",
	"curve25519-sha256@libssh.org",
	"sntrup761x25519-sha512",
	"sntrup761x25519-sha512@openssh.com",
	NULL,
};
static const char *const key_types[] = {
	"ssh-ed25519",
	"ssh-ed25519-cert-v01@openssh.com",
	"sk-ssh-ed25519@openssh.com",
	"sk-ssh-ed25519-cert-v01@openssh.com",
	"ecdsa-sha2-nistp256",
	"ecdsa-sha2-nistp256-cert-v01@openssh.com",
	"ecdsa-sha2-nistp384",
	"ecdsa-sha2-nistp384-cert-v01@openssh.com",
	"ecdsa-sha2-nistp521",
	"ecdsa-sha2-nistp521-cert-v01@openssh.com",
	"sk-ecdsa-sha2-nistp256@openssh.com",
	"sk-ecdsa-sha2-nistp256-cert-v01@openssh.com",
	"webauthn-sk-ecdsa-sha2-nistp256@openssh.com",
	"ssh-dss",
	"ssh-dss-cert-v01@openssh.com",
	"ssh-rsa",
	"ssh-rsa-cert-v01@openssh.com",
	"rsa-sha2-256",
	"rsa-sha2-256-cert-v01@openssh.com",
	"rsa-sha2-512",
	"rsa-sha2-512-cert-v01@openssh.com",
	NULL,
};
/* names of kinds of keys, which are accepted and match no algorithm (shortname in
 * ssh-*.c; sshkey_null_impl) */
static const char *const kinds_of_keys[] = { "ED25519", "ED25519-SK", "ECDSA", "ECDSA-SK",
	"DSA", "RSA", "null", NULL };
/* they go on with the name of a mechanism */
static const char *const gss_exchanges[] = {
	"gss-gex-sha1-",
	"gss-group1-sha1-",
	"gss-group14-sha1-",
	"gss-group14-sha256-",
	"gss-group16-sha512-",
	"gss-nistp256-sha256-",
	"gss-curve25519-sha256-",
	NULL,
};
/* other releases had these, or have */
static const char *const others[] = {
	"arcfour",
	"arcfour128",
	"arcfour256",
	"blowfish-cbc",
	"cast128-cbc",
	"rijndael-cbc@lysator.liu.se",
	"acss@openssh.org",
	"hmac-ripemd160",
	"hmac-ripemd160@openssh.com",
	"hmac-ripemd160-etm@openssh.com",
	"hmac-sha2-256-96",
	"hmac-sha2-512-96",
	"sntrup4591761x25519-sha512@tinyssh.org",
	"mlkem768x25519-sha256",
	"curve25519-sha256@libssh.org",
	"ssh-dss-cert-v00@openssh.com",
	"ssh-rsa-cert-v00@openssh.com",
	"ssh-xmss@openssh.com",
	"ssh-xmss-cert-v01@openssh.com",
	NULL,
};

static const char default_keys[] =
	"ssh-ed25519-cert-v01@openssh.com,"
	"ecdsa-sha2-nistp256-cert-v01@openssh.com,"
	"ecdsa-sha2-nistp384-cert-v01@openssh.com,"
	"ecdsa-sha2-nistp521-cert-v01@openssh.com,"
	"sk-ssh-ed25519-cert-v01@openssh.com,"
	"sk-ecdsa-sha2-nistp256-cert-v01@openssh.com,"
	"rsa-sha2-512-cert-v01@openssh.com,rsa-sha2-256-cert-v01@openssh.com,"
	"ssh-ed25519,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,"
	"ecdsa-sha2-nistp521,sk-ssh-ed25519@openssh.com,"
	"sk-ecdsa-sha2-nistp256@openssh.com,rsa-sha2-512,rsa-sha2-256";

static const struct family {
	enum sshd_setting setting;
	const char *const *names;
	const char *standard;
} families[] = {
	{ SSHD_CIPHERS, ciphers,
		"chacha20-poly1305@openssh.com,aes128-ctr,aes192-ctr,aes256-ctr,"
		"aes128-gcm@openssh.com,aes256-gcm@openssh.com" },
	{ SSHD_MACS, macs,
		"umac-64-etm@openssh.com,umac-128-etm@openssh.com,"
		"hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com,"
		"hmac-sha1-etm@openssh.com,umac-64@openssh.com,umac-128@openssh.com,"
		"hmac-sha2-256,hmac-sha2-512,hmac-sha1" },
	{ SSHD_KEX_ALGORITHMS, exchanges,
		"sntrup761x25519-sha512,sntrup761x25519-sha512@openssh.com,"
		"curve25519-sha256,curve25519-sha256@libssh.org,ecdh-sha2-nistp256,"
		"ecdh-sha2-nistp384,ecdh-sha2-nistp521,"
		"diffie-hellman-group-exchange-sha256,diffie-hellman-group16-sha512,"
		"diffie-hellman-group18-sha512,diffie-hellman-group14-sha256" },
	{ SSHD_CA_SIGNATURE_ALGORITHMS, key_types,
		"ssh-ed25519,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,"
		"ecdsa-sha2-nistp521,sk-ssh-ed25519@openssh.com,"
		"sk-ecdsa-sha2-nistp256@openssh.com,rsa-sha2-512,rsa-sha2-256" },
	{ SSHD_HOST_KEY_ALGORITHMS, key_types, default_keys },
	{ SSHD_HOSTBASED_ACCEPTED_ALGORITHMS, key_types, default_keys },
	{ SSHD_HOSTBASED_ACCEPTED_KEY_TYPES, key_types, default_keys },
	{ SSHD_PUBKEY_ACCEPTED_ALGORITHMS, key_types, default_keys },
	{ SSHD_PUBKEY_ACCEPTED_KEY_TYPES, key_types, default_keys },
};

static const struct family *
find_family(const struct sshd_keyword *keyword)
{
	for (size_t i = 0; i < sizeof families / sizeof *families; i++)
		if (families[i].setting == keyword->name)
			return &families[i];
	return NULL;
}

bool
sshd_algorithms_are(const struct sshd_keyword *keyword)
{
	return find_family(keyword) != NULL;
}

static bool
is_in(const char *const *names, const char *item, bool patterns)
{
	for (; *names != NULL; names++)
		if (strcmp(*names, item) == 0 ||
			(patterns && sshd_pattern_list(item, *names, false) != 0))
			return true;
	return false;
}

static bool
begins_with_one(const char *const *names, const char *item)
{
	for (; *names != NULL; names++)
		if (strncmp(*names, item, strlen(*names)) == 0)
			return true;
	return false;
}

static bool
is_kind_of_key(const char *item)
{
	for (const char *const *name = kinds_of_keys; *name != NULL; name++)
		if (strcasecmp(*name, item) == 0)
			return true;
	return sshd_pattern_list(item, "null", false) != 0;
}

/* Key types may be patterns (sshkey_names_valid2), the others not. Of releases other than
 * the known one any name is accepted that some release had. */
static bool
item_valid(const struct family *family, int version, const char *item)
{
	bool keys = family->names == key_types;
	if (is_in(family->names, item, keys) || (keys && is_kind_of_key(item)) ||
		(family->names == exchanges && begins_with_one(gss_exchanges, item)))
		return true;
	return version != KNOWN_VERSION && is_in(others, item, keys);
}

/* Whether the items of LIST are valid up to one that is empty: what follows that is not
 * looked at (ciphers_valid, mac_valid, kex_names_valid, kex_gss_names_valid,
 * sshkey_names_valid2). FAMILY is NULL for GSSAPI's. */
static bool
items_valid(const struct family *family, int version, const char *list)
{
	bool valid = *list != '\0';
	while (valid && *list != '\0' && *list != ',') {
		size_t length = strcspn(list, ",");
		autofree char *item = memory_copy(list, length);
		valid = family != NULL ? item_valid(family, version, item)
				       : begins_with_one(gss_exchanges, item);
		list += length;
		list += *list == ',';
	}
	return valid;
}

int
sshd_algorithms_parse(const struct sshd_reading *reading, char **ret_value,
	size_t *ret_used, struct error *err)
{
	const struct family *family = find_family(reading->keyword);
	assert(family != NULL); /* this parses the rows of the families alone */
	const char *list = sshd_value_first(reading->words, ret_used, err);
	if (list == NULL)
		return -1;
	if (*list != '-' &&
		!items_valid(
			family, reading->version, list + (*list == '+' || *list == '^')))
		return error_set(err, "bad list '%s'", list);
	*ret_value = memory_text(list);
	return 0;
}

/* GSSAPIKexAlgorithms, which is not put together with anything. */
int
sshd_algorithms_gss(const struct sshd_reading *reading, char **ret_value,
	size_t *ret_used, struct error *err)
{
	const char *list = sshd_value_first(reading->words, ret_used, err);
	if (list == NULL)
		return -1;
	if (reading->version == KNOWN_VERSION &&
		!items_valid(NULL, reading->version, list))
		return error_set(err, "bad list '%s'", list);
	*ret_value = memory_text(list);
	return 0;
}

static bool
holds(const struct buffer *list, const char *item)
{
	size_t length = strlen(item);
	for (const char *at = list->size > 0 ? list->data : NULL; at != NULL;) {
		if (strncmp(at, item, length) == 0 &&
			(at[length] == ',' || at[length] == '\0'))
			return true;
		at = strchr(at, ',');
		if (at != NULL)
			at++;
	}
	return false;
}

static void
add_once(struct buffer *list, const char *item)
{
	if (*item == '\0' || holds(list, item))
		return;
	if (list->size > 0)
		buffer_text(list, ",");
	buffer_text(list, item);
}

/* Adds the items of TEXT that the pattern list WITHOUT does not match. */
static void
add_items(struct buffer *list, const char *text, const char *without)
{
	for (bool more = true; more;) {
		size_t length = strcspn(text, ",");
		autofree char *item = memory_copy(text, length);
		if (sshd_pattern_list(without, item, false) != 1)
			add_once(list, item);
		more = text[length] == ',';
		text += length + more;
	}
}

/* Each item becomes the names that it matches, in the order of all names. Those of
 * certificates are no algorithm of a CA. */
static char *
expand(const struct family *family, const char *text)
{
	struct buffer list = { 0 };
	bool plain = family->setting == SSHD_CA_SIGNATURE_ALGORITHMS;
	for (bool more = true; more;) {
		size_t length = strcspn(text, ",");
		autofree char *item = memory_copy(text, length);
		for (const char *const *name = family->names; *name != NULL; name++)
			if (sshd_pattern_list(item, *name, false) == 1 &&
				!(plain && strstr(*name, "-cert-") != NULL))
				add_once(&list, *name);
		more = text[length] == ',';
		text += length + more;
	}
	return buffer_take(&list);
}

/* The items of LIST up to an empty one. */
static size_t
until_empty(const char *list)
{
	const char *empty = strstr(list, ",,");
	return *list == ',' ? 0 : empty != NULL ? (size_t)(empty - list) : strlen(list);
}

/* LIST with the default that + or ^ goes with. What is there twice goes when it is
 * expanded (kex_names_cat). */
static char *
complete(const struct family *family, const char *list)
{
	if (*list == '^')
		return memory_printf("%s,%s", list + 1, family->standard);
	if (*list == '+')
		return memory_printf("%s,%.*s", family->standard,
			(int)until_empty(list + 1), list + 1);
	return memory_text(list);
}

char *
sshd_algorithms_assemble(
	const struct sshd_keyword *keyword, int version, const char *list)
{
	const struct family *family = find_family(keyword);
	if (family == NULL)
		return NULL;
	if (version != KNOWN_VERSION)
		return list != NULL && strchr("+-^", *list) == NULL &&
				strpbrk(list, "*?!") == NULL
			? memory_text(list)
			: NULL;
	if (list == NULL)
		return memory_text(family->standard);
	if (*list == '-') {
		autobuffer struct buffer left = { 0 };
		add_items(&left, family->standard, list + 1);
		return buffer_take(&left);
	}
	autofree char *whole = complete(family, list);
	return expand(family, whole);
}

bool
sshd_algorithms_fail(const struct sshd_keyword *keyword, int version, const char *list)
{
	const struct family *family = find_family(keyword);
	if (family == NULL || version != KNOWN_VERSION || *list == '-')
		return false;
	autofree char *whole = complete(family, list);
	autofree char *names = expand(family, whole);
	return *whole == '!' || strstr(whole, ",!") != NULL || *names == '\0';
}
