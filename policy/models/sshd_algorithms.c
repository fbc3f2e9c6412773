#include "policy/models/sshd_algorithms.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/models/sshd_pattern.h"
#include "policy/models/sshd_value.h"

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

/* Key types may be patterns (sshkey_names_valid2), the others not. Of releases other than
 * the known one any name is accepted that some release had. */
static bool
item_valid(const struct family *family, int version, const char *item)
{
	bool patterns = family->names == key_types;
	if (is_in(family->names, item, patterns))
		return true;
	return version != KNOWN_VERSION && is_in(others, item, patterns);
}

int
sshd_algorithms_parse(const struct sshd_reading *reading, char **ret_value,
	size_t *ret_used, struct error *err)
{
	const struct family *family = find_family(reading->keyword);
	assert(family != NULL); /* this parses the rows of the families alone */
	if (reading->words->count == 0 || *reading->words->items[0] == '\0')
		return error_set(err, "missing argument");
	const char *list = reading->words->items[0];
	*ret_used = 1;
	if (*list != '-') {
		const char *at = list + (*list == '+' || *list == '^');
		for (bool more = true; more;) {
			size_t length = strcspn(at, ",");
			autofree char *item = memory_copy(at, length);
			more = at[length] == ',';
			at += length + more;
			if (!item_valid(family, reading->version, item))
				return error_set(err, "bad list '%s'", list);
		}
	}
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

/* Adds the items of TEXT that WITHOUT (a pattern list; NULL: none) does not match. */
static void
add_items(struct buffer *list, const char *text, const char *without)
{
	for (bool more = true; more;) {
		size_t length = strcspn(text, ",");
		autofree char *item = memory_copy(text, length);
		if (without == NULL || sshd_pattern_list(without, item, false) != 1)
			add_once(list, item);
		more = text[length] == ',';
		text += length + more;
	}
}

/* Each item becomes the names that it matches, in the order of all names. */
static char *
expand(const struct family *family, const char *text)
{
	struct buffer list = { 0 };
	for (bool more = true; more;) {
		size_t length = strcspn(text, ",");
		autofree char *item = memory_copy(text, length);
		for (const char *const *name = family->names; *name != NULL; name++)
			if (sshd_pattern_list(item, *name, false) == 1)
				add_once(&list, *name);
		more = text[length] == ',';
		text += length + more;
	}
	return buffer_take(&list);
}

char *
sshd_algorithms_assemble(
	const struct sshd_keyword *keyword, int version, const char *list)
{
	const struct family *family = find_family(keyword);
	autobuffer struct buffer whole = { 0 };
	bool plain = list != NULL && strchr("+-^", *list) == NULL;
	if (family == NULL)
		return NULL;
	if (version != KNOWN_VERSION)
		return plain && strpbrk(list, "*?!") == NULL ? memory_text(list) : NULL;
	if (list == NULL) {
		buffer_text(&whole, family->standard);
	} else if (plain) {
		buffer_text(&whole, list);
	} else if (*list == '-') {
		add_items(&whole, family->standard, list + 1);
	} else {
		bool first = *list == '^';
		buffer_text(&whole, first ? list + 1 : family->standard);
		add_items(&whole, first ? family->standard : list + 1, NULL);
	}
	return expand(family, whole.size > 0 ? whole.data : "");
}
