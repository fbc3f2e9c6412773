/* Every keyword that a version of OpenSSH's sshd has known since 3.0: since when, until
 * when, its default, its values and whether it may stand in a Match block. Sources: the
 * keyword tables, fill_default_server_options and process_server_config_line of
 * servconf.c in the releases 3.0p1 to 10.3p1; sshd_config(5). */
#ifndef POLICY_MODELS_SSHD_KEYWORD_H
#define POLICY_MODELS_SSHD_KEYWORD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/host.h"
#include "policy/models/sshd/sshd_lexer.h"

/* A version is MAJOR * 100 + MINOR: 306 is OpenSSH 3.6, 902 is 9.2. */

enum sshd_setting {
	SSHD_NONE,
	SSHD_USE_PAM,
	SSHD_PAM_AUTHENTICATION_VIA_KBD_INT,
	SSHD_PAM_SERVICE_NAME,
	SSHD_PORT,
	SSHD_HOST_KEY,
	SSHD_HOST_KEY_AGENT,
	SSHD_PID_FILE,
	SSHD_MODULI_FILE,
	SSHD_SERVER_KEY_BITS,
	SSHD_LOGIN_GRACE_TIME,
	SSHD_KEY_REGENERATION_INTERVAL,
	SSHD_PERMIT_ROOT_LOGIN,
	SSHD_SYSLOG_FACILITY,
	SSHD_LOG_LEVEL,
	SSHD_LOG_VERBOSE,
	SSHD_RHOSTS_AUTHENTICATION,
	SSHD_RHOSTS_RSA_AUTHENTICATION,
	SSHD_HOSTBASED_AUTHENTICATION,
	SSHD_HOSTBASED_USES_NAME_FROM_PACKET_ONLY,
	SSHD_HOSTBASED_ACCEPTED_ALGORITHMS,
	SSHD_HOSTBASED_ACCEPTED_KEY_TYPES,
	SSHD_HOST_KEY_ALGORITHMS,
	SSHD_RSA_AUTHENTICATION,
	SSHD_PUBKEY_AUTHENTICATION,
	SSHD_DSA_AUTHENTICATION,
	SSHD_PUBKEY_ACCEPTED_ALGORITHMS,
	SSHD_PUBKEY_ACCEPTED_KEY_TYPES,
	SSHD_PUBKEY_AUTH_OPTIONS,
	SSHD_KERBEROS_AUTHENTICATION,
	SSHD_KERBEROS_OR_LOCAL_PASSWD,
	SSHD_KERBEROS_TICKET_CLEANUP,
	SSHD_KERBEROS_GET_AFS_TOKEN,
	SSHD_KERBEROS_TGT_PASSING,
	SSHD_AFS_TOKEN_PASSING,
	SSHD_GSSAPI_AUTHENTICATION,
	SSHD_GSSAPI_CLEANUP_CREDENTIALS,
	SSHD_GSSAPI_STRICT_ACCEPTOR_CHECK,
	SSHD_GSSAPI_DELEGATE_CREDENTIALS,
	SSHD_PASSWORD_AUTHENTICATION,
	SSHD_KBD_INTERACTIVE_AUTHENTICATION,
	SSHD_CHALLENGE_RESPONSE_AUTHENTICATION,
	SSHD_SKEY_AUTHENTICATION,
	SSHD_CHECK_MAIL,
	SSHD_LISTEN_ADDRESS,
	SSHD_ADDRESS_FAMILY,
	SSHD_PRINT_MOTD,
	SSHD_PRINT_LAST_LOG,
	SSHD_IGNORE_RHOSTS,
	SSHD_IGNORE_USER_KNOWN_HOSTS,
	SSHD_X11_FORWARDING,
	SSHD_X11_DISPLAY_OFFSET,
	SSHD_X11_USE_LOCALHOST,
	SSHD_XAUTH_LOCATION,
	SSHD_STRICT_MODES,
	SSHD_PERMIT_EMPTY_PASSWORDS,
	SSHD_PERMIT_USER_ENVIRONMENT,
	SSHD_USE_LOGIN,
	SSHD_COMPRESSION,
	SSHD_REKEY_LIMIT,
	SSHD_TCP_KEEP_ALIVE,
	SSHD_KEEP_ALIVE,
	SSHD_ALLOW_TCP_FORWARDING,
	SSHD_ALLOW_STREAM_LOCAL_FORWARDING,
	SSHD_ALLOW_AGENT_FORWARDING,
	SSHD_DISABLE_FORWARDING,
	SSHD_ALLOW_USERS,
	SSHD_DENY_USERS,
	SSHD_ALLOW_GROUPS,
	SSHD_DENY_GROUPS,
	SSHD_CIPHERS,
	SSHD_MACS,
	SSHD_KEX_ALGORITHMS,
	SSHD_CA_SIGNATURE_ALGORITHMS,
	SSHD_PROTOCOL,
	SSHD_GATEWAY_PORTS,
	SSHD_SUBSYSTEM,
	SSHD_MAX_STARTUPS,
	SSHD_PER_SOURCE_MAX_STARTUPS,
	SSHD_PER_SOURCE_NET_BLOCK_SIZE,
	SSHD_PER_SOURCE_PENALTIES,
	SSHD_PER_SOURCE_PENALTY_EXEMPT_LIST,
	SSHD_MAX_AUTH_TRIES,
	SSHD_MAX_SESSIONS,
	SSHD_BANNER,
	SSHD_USE_DNS,
	SSHD_VERIFY_REVERSE_MAPPING,
	SSHD_REVERSE_MAPPING_CHECK,
	SSHD_CLIENT_ALIVE_INTERVAL,
	SSHD_CLIENT_ALIVE_COUNT_MAX,
	SSHD_AUTHORIZED_KEYS_FILE,
	SSHD_AUTHORIZED_KEYS_FILE2,
	SSHD_USE_PRIVILEGE_SEPARATION,
	SSHD_ACCEPT_ENV,
	SSHD_SET_ENV,
	SSHD_PERMIT_TUNNEL,
	SSHD_PERMIT_TTY,
	SSHD_PERMIT_USER_RC,
	SSHD_PERMIT_OPEN,
	SSHD_PERMIT_LISTEN,
	SSHD_FORCE_COMMAND,
	SSHD_CHROOT_DIRECTORY,
	SSHD_HOST_CERTIFICATE,
	SSHD_REVOKED_KEYS,
	SSHD_TRUSTED_USER_CA_KEYS,
	SSHD_AUTHORIZED_PRINCIPALS_FILE,
	SSHD_AUTHORIZED_PRINCIPALS_COMMAND,
	SSHD_AUTHORIZED_PRINCIPALS_COMMAND_USER,
	SSHD_AUTHORIZED_KEYS_COMMAND,
	SSHD_AUTHORIZED_KEYS_COMMAND_USER,
	SSHD_IPQOS,
	SSHD_VERSION_ADDENDUM,
	SSHD_AUTHENTICATION_METHODS,
	SSHD_STREAM_LOCAL_BIND_MASK,
	SSHD_STREAM_LOCAL_BIND_UNLINK,
	SSHD_FINGERPRINT_HASH,
	SSHD_EXPOSE_AUTH_INFO,
	SSHD_RDOMAIN,
	SSHD_SECURITY_KEY_PROVIDER,
	SSHD_REQUIRED_RSA_SIZE,
	SSHD_CHANNEL_TIMEOUT,
	SSHD_UNUSED_CONNECTION_TIMEOUT,
	SSHD_REFUSE_CONNECTION,
	SSHD_SESSION_PATH,
	SSHD_AUTH_PATH,
	SSHD_DEBIAN_BANNER,
	SSHD_GSSAPI_KEY_EXCHANGE,
	SSHD_GSSAPI_STORE_CREDENTIALS_ON_REKEY,
	SSHD_GSSAPI_KEX_ALGORITHMS,
	SSHD_GSSAPI_CLEANUP_CREDS,
	SSHD_GSSAPI_USE_SESSION_CRED_CACHE,
	SSHD_GSS_USE_SESSION_CCACHE,
	SSHD_PERMIT_BLACKLISTED_KEYS,
	SSHD_HOST_DSA_KEY,
	SSHD_ZERO_KNOWLEDGE_PASSWORD_AUTHENTICATION,
	SSHD_MATCH,
	SSHD_INCLUDE,
	SSHD_SETTING_COUNT,
};

/* How several lines for one keyword go together. */
enum sshd_rule {
	SSHD_FIRST, /* the first line wins */
	SSHD_LAST, /* the last line wins */
	SSHD_FIRST_OR_NONE, /* the first line wins, but over it any later "none" */
	SSHD_ADD, /* every line adds to a list */
};

struct sshd_choice {
	const char *text, *means; /* means: the form in which values are compared */
};

struct sshd_keyword;

enum { SSHD_SUBSYSTEM_AGAIN_SINCE = 905 }; /* a name may come again, and says nothing */

/* How sshd meets a line when it reads the configuration: in a block that holds or not, as
 * the first that it takes for the keyword or not. */
enum {
	SSHD_IDLE_FIRST = 1,
	SSHD_IDLE_AGAIN = 2,
	SSHD_HELD_FIRST = 4,
	SSHD_HELD_AGAIN = 8,
};

/* What is wrong with a line that sshd rejects only where it meets it so. */
struct sshd_mistake {
	struct error error; /* no text: nothing */
	unsigned when; /* SSHD_HELD_FIRST and the like */
	bool unsure; /* sshd may take it, with what is not read here */
};

struct sshd_reading {
	const struct sshd_keyword *keyword;
	int version;
	const struct sshd_words *words;
	struct host *host; /* whose names count; NULL: a policy's text, of no host */
	bool *unsure; /* set when sshd may take, with what is not read here, what is
			 rejected; may be NULL */
	struct sshd_mistake *mistake; /* NULL: for a Match line */
};

/* Reads the words of a line as a value. *ret_value (owned) is the value in the form in
 * which values are compared, NULL when the line has no effect; *ret_used says how many
 * words it took: sshd rejects any that are left. Returns -1 with *err when sshd rejects
 * the value wherever it stands; what it rejects somewhere goes to *reading->mistake. */
typedef int
sshd_value_parser(const struct sshd_reading *reading, char **ret_value, size_t *ret_used,
	struct error *err);

struct sshd_keyword {
	enum sshd_setting name;
	enum sshd_setting means; /* the setting that it is another name of; else 0 */
	short since, until; /* versions from SINCE to before UNTIL accept it; 0: all
			       later ones */
	short match_since; /* allowed in a Match block since; 0: never */
	bool no_effect; /* accepted, and ignored */
	const char *acts_as; /* with no_effect: what sshd does all the same; NULL: it
				can't be said */
	enum sshd_rule rule;
	sshd_value_parser *parse;
	const struct sshd_choice *choices;
	struct {
		short since;
		const char *text;
		const char *debian; /* in Debian's packages; NULL: the same */
	} defaults[4]; /* ascending; the last one that is old enough counts; "":
			distributions change it */
};

/* The names by enum sshd_setting, in the usual spelling; [0] is unused, NULL ends. */
extern const char *const sshd_keyword_names[];

/* The keyword that sshd of VERSION knows as NAME (compared without case), synonyms
 * resolved; NULL when it would call it a bad option. *ret_written is the row before
 * synonyms are resolved; may be NULL. */
const struct sshd_keyword *
sshd_keyword_find(const char *name, int version, const struct sshd_keyword **ret_written);

/* The row for SETTING in VERSION, synonyms resolved; NULL when there is none. */
const struct sshd_keyword *
sshd_keyword_get(enum sshd_setting setting, int version);

/* SETTING of NAME in any version, 0 when there never was one. */
enum sshd_setting
sshd_keyword_number(const char *name);

/* What KEYWORD is when no line sets it, in Debian's package if DEBIAN; NULL when the
 * table doesn't know. */
const char *
sshd_keyword_default(const struct sshd_keyword *keyword, int version, bool debian);

#endif
