/* The PAM module whole, through pam_sm_acct_mgmt: items, arguments, terminal, accounts
 * and configuration are the fuzzer's. Each answer must be one that a second reading of
 * the manual allows. The first bytes choose, the texts behind them end in NUL bytes. */
#include <inttypes.h>
#include <stdint.h>

#include "tests/fuzz/module_reference.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ARGUMENTS_MAX = 40 };

struct input {
	const uint8_t *data;
	size_t size;
};

static unsigned
take_byte(struct input *input)
{
	if (input->size == 0)
		return 0;
	input->size--;
	return *input->data++;
}

/* As far as the next NUL byte; the caller frees. */
static char *
take_text(struct input *input)
{
	const uint8_t *end = memchr(input->data, '\0', input->size);
	size_t size = end != NULL ? (size_t)(end - input->data) : input->size;
	char *text = strndup((const char *)input->data, size);
	input->data += size + (end != NULL);
	input->size -= size + (end != NULL);
	return text;
}

/* A console.conf: behind "+" with its sum before it. The caller frees. */
static char *
take_conf(struct input *input, size_t *ret_size)
{
	char line[40] = "";
	if (input->size > 0 && *input->data == '+') {
		take_byte(input);
		snprintf(line, sizeof line, "sum %010zu %016" PRIx64 "\n", input->size,
			console_sum((const char *)input->data, input->size));
	}
	size_t length = strlen(line);
	char *text = malloc(length + input->size + 1);
	memcpy(text, line, length);
	memcpy(text + length, input->data, input->size);
	*ret_size = length + input->size;
	return text;
}

/* CHOICE picks one of the words or, behind them, TEXT. */
static const char *
pick(const char *const *words, unsigned choice, const char *text)
{
	size_t count = 0;
	while (words[count] != NULL)
		count++;
	choice %= (unsigned)count + 1;
	return choice < count ? words[choice] : text;
}

/* Arguments: those of the bits, then those of TEXT, which is cut up at its blanks. */
static int
make_arguments(unsigned bits, char *text, const char **argv)
{
	static const char *const flags[] = { "pts=console", "onerr=allow", "trust_rhost",
		"dry_run", "noaudit", "debug", "services=s*,gdm-password",
		"exempt=sshd,x*" };
	int argc = 0;
	for (size_t i = 0; i < 8; i++)
		if ((bits & 1u << i) != 0)
			argv[argc++] = flags[i];
	for (char *word; argc < ARGUMENTS_MAX && (word = strsep(&text, " ")) != NULL;)
		if (*word != '\0')
			argv[argc++] = word;
	return argc;
}

/* The terminal of a /proc/self/stat as the kernel writes it; else TERMINAL_UNKNOWN and
 * the text is the fuzzer's. The caller frees. */
static char *
make_stat(unsigned choice, const char *text, enum terminal *ret_terminal)
{
	static const struct {
		int number; /* new_encode_dev */
		enum terminal terminal;
	} terminals[] = { { 0, TERMINAL_NONE }, { 4 << 8 | 1, TERMINAL_CONSOLE },
		{ 136 << 8, TERMINAL_PTS }, { 143 << 8 | 255, TERMINAL_PTS },
		{ 144 << 8, TERMINAL_CONSOLE }, { 229 << 8 | 1, TERMINAL_CONSOLE },
		{ 0x10000000 | 136 << 8 | 7, TERMINAL_PTS } };
	char *stat = NULL;
	choice %= sizeof terminals / sizeof *terminals + 1;
	if (choice == sizeof terminals / sizeof *terminals) {
		*ret_terminal = TERMINAL_UNKNOWN;
		return strdup(text);
	}
	*ret_terminal = terminals[choice].terminal;
	return asprintf(&stat, "7 (%.40s) S 1 7 7 %d 7 0 0\n", text,
		       terminals[choice].number) > 0
		? stat
		: NULL;
}

static const struct fault {
	int account_error, group_error, conf_error, stat_error, audit_error;
	bool list_fails, grows, read_fails;
	uid_t owner;
	mode_t mode;
} faults[] = {
	{ 0 },
	{ .account_error = ERANGE },
	{ .account_error = ENOMEM },
	{ .account_error = EIO },
	{ .account_error = ENOENT },
	{ .group_error = EIO },
	{ .group_error = ENOMEM },
	{ .group_error = ENOENT },
	{ .list_fails = true },
	{ .conf_error = ENOENT },
	{ .conf_error = ELOOP },
	{ .conf_error = EMFILE },
	{ .grows = true },
	{ .read_fails = true },
	{ .owner = 1000 },
	{ .mode = S_IFREG | 0600 },
	{ .mode = S_IFREG | 0664 },
	{ .mode = S_IFREG | 0646 },
	{ .mode = S_IFIFO | 0644 },
	{ .mode = S_IFDIR | 0755 },
	{ .mode = S_IFCHR | 0644 },
	{ .stat_error = ENOENT },
	{ .audit_error = EAFNOSUPPORT },
	{ .audit_error = EPERM },
	{ .audit_error = -EPERM },
};

/* Two things may be wrong with it. */
static void
make_world(unsigned first, unsigned second)
{
	const struct fault *a = &faults[first % (sizeof faults / sizeof *faults)];
	const struct fault *b = &faults[second % (sizeof faults / sizeof *faults)];
#define EITHER(what) (a->what ? a->what : b->what)
	world = (struct world){
		.account_error = EITHER(account_error),
		.group_error = EITHER(group_error),
		.audit_error = EITHER(audit_error),
		.list_fails = EITHER(list_fails),
		.grows = EITHER(grows),
		.read_fails = EITHER(read_fails),
		.owner = EITHER(owner),
		.mode = EITHER(mode),
	};
	world.files[WORLD_CONF].error = EITHER(conf_error);
	world.files[WORLD_STAT].error = EITHER(stat_error);
#undef EITHER
	if (world.mode == 0)
		world.mode = S_IFREG | 0644;
	world.files[WORLD_PASSWD].text = world_passwd;
	world.files[WORLD_PASSWD].size = strlen(world_passwd);
}

static void
check(int code, int argc, const char **argv)
{
	const char *user = world.items[PAM_USER];
	const struct world_account *account = user ? world_account(user) : NULL;
	unsigned may = reference_ask(argc, argv);
	world_assert(code >= 0 && code < 32, "no code of PAM");
	world_assert(code != PAM_SUCCESS, "it admits on its own");
	world_assert((may & CODE(code)) != 0, "not what the manual says");
	world_assert(account == NULL || account->uid != 0 || code == PAM_IGNORE ||
			world.account_error == ENOENT,
		"root is kept out");
	world_assert(world.refusals == 0 || code == PAM_PERM_DENIED,
		"a refusal on record that is none");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const services[] = { "login", "gdm-password", "remote", "sshd",
		"", NULL };
	static const char *const users[] = { "alice", "bob", "many", "last", "toor",
		"root", "", NULL };
	static const char *const hosts[] = { "", "localhost", "far", "127.9.9.9",
		"127.far", "::1", NULL };
	struct input input = { data, size };
	const char *argv[ARGUMENTS_MAX + 1];
	unsigned fault = take_byte(&input);
	make_world(fault, take_byte(&input));
	world.chunk = take_byte(&input);
	unsigned service = take_byte(&input), user = take_byte(&input),
		 host = take_byte(&input), bits = take_byte(&input),
		 terminal = take_byte(&input), standard_input = take_byte(&input);
	world.stdin_is_terminal = standard_input % 3 != 0;
	world.stdin_device = standard_input % 3 == 1 ? makedev(4, 64) : makedev(136, 3);
	char *word = take_text(&input), *tty = take_text(&input),
	     *arguments = take_text(&input), *stat_text = take_text(&input);
	/* one text for three items: each can be any */
	world.items[PAM_SERVICE] = pick(services, service, word);
	world.items[PAM_USER] = pick(users, user, word);
	world.items[PAM_RHOST] = pick(hosts, host, word);
	world.items[PAM_TTY] = tty;
	for (int type = 0; type <= PAM_RHOST; type++)
		if (world.items[type] != NULL && *world.items[type] == '\0')
			world.items[type] = NULL;
	char *stat = make_stat(terminal, stat_text, &world.terminal);
	world.files[WORLD_STAT].text = stat;
	world.files[WORLD_STAT].size = strlen(stat);
	char *conf = take_conf(&input, &world.files[WORLD_CONF].size);
	world.files[WORLD_CONF].text = conf;
	int argc = make_arguments(bits, arguments, argv);
	check(world_ask(argc, argv), argc, argv);
	free(word);
	free(tty);
	free(arguments);
	free(stat_text);
	free(stat);
	free(conf);
	return 0;
}
