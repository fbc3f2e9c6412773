/* Whether a user's authorized_keys files hold a key that sshd would take. Sources:
 * sshd(8), AUTHORIZED_KEYS FILE FORMAT; OpenSSH 9.2 auth2-pubkey.c, auth-options.c,
 * sshkey.c, safe_path in misc.c. Whether anybody holds the private key is not known. */
#ifndef POLICY_MODELS_AUTHORIZED_KEYS_H
#define POLICY_MODELS_AUTHORIZED_KEYS_H

#include "base/account.h"
#include "policy/place.h"

struct authorized_keys_question {
	struct host *host;
	const struct principals *principals;
	const struct principal *user;
	const struct account *account;
	int version; /* of OpenSSH: 902 is 9.2 */
	const char
		*files; /* the value of AuthorizedKeysFile, words with a blank between */
	bool strict; /* StrictModes */
	const char *address; /* where the user comes from; NULL: anywhere */
	const char
		*algorithms; /* the value of PubkeyAcceptedAlgorithms; NULL: not known */
	long rsa_bits; /* RequiredRSASize; 0: any */
	long today; /* days since 1970 */
};

enum authorized_keys_answer {
	AUTHORIZED_KEYS_NONE,
	AUTHORIZED_KEYS_UNKNOWN,
	AUTHORIZED_KEYS_SOME,
};

struct authorized_keys {
	enum authorized_keys_answer answer;
	char *path; /* of the file with the key, else of the first that is looked at; may
		       be NULL */
	char *reason; /* why not, "/home/alice/.ssh/authorized_keys is not there"; NULL
			 with SOME */
	struct place place; /* of the key, or of the line that is no good */
};

/* Freed by authorized_keys_free. */
void
authorized_keys_ask(const struct authorized_keys_question *question,
	struct authorized_keys *ret_keys);

void
authorized_keys_free(struct authorized_keys *keys);

/* Whether sshd would take a key by this LINE of such a file, which holds no newline; adds
 * why not. */
enum authorized_keys_answer
authorized_keys_judge(const struct authorized_keys_question *question, const char *line,
	struct buffer *why);

#endif
