#include "policy/models/network/trust.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/principals.h"
#include "base/table.h"

enum {
	LINE_BYTES_MAX = 1022, /* sshd reads a longer line as several */
	ACCOUNTS_BYTES_MAX = 100, /* of the names that share a home */
};

/* The first three words of a line. */
struct words {
	char *text; /* owned: cut up */
	const char *items[3];
	size_t count;
	bool is_indented;
	bool is_apart; /* a blank or tab ends the first: rcmd.c takes no other byte */
};

static void
split(struct bytes line, struct words *ret_words)
{
	char *text = memory_copy(line.data, line.size);
	*ret_words = (struct words){ .text = text, .is_indented = isspace(*text) };
	for (char *at = text + strspn(text, " \t\n\v\f\r");
		*at != '\0' && ret_words->count < 3; at += strspn(at, " \t\n\v\f\r")) {
		size_t size = strcspn(at, " \t\n\v\f\r");
		bool is_end = at[size] == '\0';
		if (ret_words->count == 0)
			ret_words->is_apart = at[size] == ' ' || at[size] == '\t';
		ret_words->items[ret_words->count++] = at;
		at[size] = '\0';
		at += size + !is_end;
	}
}

/* What a word of a host or of a user lets in by rcmd.c: itself, any by "+", a netgroup's
 * by "+@GROUP"; NULL: nobody. No name begins with one of these signs. */
static const char *
rsh_word(const char *word)
{
	if (strcmp(word, "+") == 0)
		return word;
	if (word[0] == '+' && word[1] == '@' && word[2] != '\0')
		return word + 1;
	return strchr("+-@", *word) != NULL ? NULL : word;
}

/* The same by auth-rhosts.c, which knows no wildcard and passes a plus over. */
static const char *
ssh_word(const char *word)
{
	if (*word == '-')
		return NULL;
	word += *word == '+';
	return *word == '\0' || strcmp(word, "@") == 0 ? NULL : word;
}

/* The words of a host and of a user, NULL where there is none of a user. */
static bool
rsh_takes(const struct words *words, const char *ret_taken[2])
{
	bool has_user = words->count > 1 && words->is_apart;
	ret_taken[0] = rsh_word(words->items[0]);
	ret_taken[1] = has_user ? rsh_word(words->items[1]) : NULL;
	return ret_taken[0] != NULL && (!has_user || ret_taken[1] != NULL);
}

static bool
ssh_takes(const struct words *words, const char *ret_taken[2])
{
	bool has_user = words->count > 1;
	ret_taken[0] = ssh_word(words->items[0]);
	ret_taken[1] = has_user ? ssh_word(words->items[1]) : NULL;
	return ret_taken[0] != NULL && (!has_user || ret_taken[1] != NULL) &&
		words->count < 3 && strncmp(words->items[0], "NO_PLUS", 7) != 0;
}

static struct trust_entry *
add_entry(struct trust_file *file, const char *const *taken, size_t start, size_t end)
{
	file->entries = memory_grow(file->entries, file->count, sizeof *file->entries);
	struct trust_entry *entry = &file->entries[file->count++];
	*entry = (struct trust_entry){
		.host = memory_text(taken[0]),
		.user = taken[1] != NULL ? memory_text(taken[1]) : NULL,
		.place = { file->file, start },
		.end = end,
	};
	for (char *p = entry->host; *p != '\0' && entry->host[0] != '@'; p++)
		*p = (char)tolower((unsigned char)*p);
	return entry;
}

/* What a line lets in: where both readers take the same words, one entry. */
static void
add_entries(struct trust_file *file, const struct words *words, bool by_rsh, size_t start,
	size_t end)
{
	const char *rsh[2], *ssh[2];
	by_rsh = rsh_takes(words, rsh) && by_rsh;
	bool by_ssh = ssh_takes(words, ssh);
	bool is_one = by_rsh && by_ssh && (rsh[1] == NULL) == (ssh[1] == NULL);
	if (by_rsh) {
		struct trust_entry *entry = add_entry(file, rsh, start, end);
		entry->by_rsh = true;
		entry->by_ssh = is_one;
	}
	if (by_ssh && !is_one)
		add_entry(file, ssh, start, end)->by_ssh = true;
}

void
trust_read_lines(struct trust_file *file, bool ssh_alone)
{
	const struct bytes text = file->file->bytes;
	bool by_rsh = !ssh_alone;
	for (size_t at = 0; at < text.size;) {
		const char *newline = memchr(text.data + at, '\n', text.size - at);
		size_t end = newline != NULL ? (size_t)(newline - text.data) + 1
					     : text.size;
		size_t start = at;
		struct bytes line = { text.data + at, end - at };
		struct words words;
		at = end;
		if (line.size > LINE_BYTES_MAX) {
			free(file->problem);
			file->problem = memory_printf(
				"it has a line of more than %d bytes", LINE_BYTES_MAX);
		}
		split(line, &words);
		if (words.count > 0 && words.items[0][0] != '#') {
			/* its host is empty: where rcmd.c stops reading */
			by_rsh = by_rsh && !words.is_indented;
			add_entries(file, &words, by_rsh, start, end);
		}
		free(words.text);
	}
}

/* Looks at PATH. ACCOUNTS, which is taken, as in struct trust_file. */
static void
read_file(struct host *host, const char *path, char *accounts, struct trust *trust)
{
	const struct file *file = host_file(host, path);
	const char *name = text_base_name(path);
	bool is_null = strcmp(file->target, "/dev/null") == 0;
	/* rcmd.c takes regular files alone, and sshd finds no line in a directory */
	if (file->state == FILE_ABSENT || is_null ||
		(file->state == FILE_REFUSED && S_ISDIR(file->status.st_mode))) {
		free(accounts);
		return;
	}
	trust->files = memory_grow(trust->files, trust->count, sizeof *trust->files);
	struct trust_file *found = &trust->files[trust->count++];
	*found = (struct trust_file){ .file = file, .accounts = accounts };
	/* what is behind a link is nobody's business who reads our report: its owner may
	 * have led it to any file */
	if (file->is_link)
		found->problem = memory_text(
			"it is a link, which is not followed: its owner may lead it "
			"anywhere");
	else if (file->state == FILE_REFUSED)
		found->problem = memory_text(file->reason);
	else if (file->status.st_nlink > 1)
		found->problem = memory_text(
			"it has a second name: its owner may have linked any file");
	else
		trust_read_lines(found, name[0] == 's' || strncmp(name, ".s", 2) == 0);
}

/* The names of those who share a home. */
struct home {
	char *path;
	struct buffer accounts;
};

/* Adds USER to those of its home; *COUNT of HOMES are there, KNOWN by their paths. */
static void
add_home(struct home *homes, size_t *count, struct table *known,
	const struct principal *user)
{
	autofree char *path = memory_printf(
		"%s%s", user->home[0] == '/' ? "" : "/", user->home);
	for (size_t size = strlen(path); size > 1 && path[size - 1] == '/'; size--)
		path[size - 1] = '\0';
	struct home *home = table_get(known, path);
	if (home == NULL) {
		home = &homes[(*count)++];
		home->path = memory_text(path);
		table_set(known, path, home);
	}
	if (home->accounts.size < ACCOUNTS_BYTES_MAX)
		buffer_printf(&home->accounts, "%s%s",
			home->accounts.size > 0 ? ", " : "",
			home->accounts.size + strlen(user->name) < ACCOUNTS_BYTES_MAX
				? user->name
				: "...");
}

static void
read_homes(struct host *host, struct trust *trust)
{
	static const char *const names[] = { ".rhosts", ".shosts" };
	const struct principals *principals = principals_of(host);
	struct table known = { 0 };
	const struct file *passwd = principals->passwd;
	autofree struct home *homes = memory_new(
		principals->user_count + 1, sizeof *homes);
	if (passwd->state != FILE_READ || !principals->users_complete) {
		trust->unsure_file = passwd->path;
		trust->unsure = memory_text(passwd->state == FILE_REFUSED ? passwd->reason
				: passwd->state == FILE_ABSENT
				? "which homes there are can't be told without it"
				: "etc/nsswitch.conf, or a line for NIS, may bring in "
				  "more accounts, which have homes too");
	}
	for (size_t i = 0; i < principals->user_count; i++)
		add_home(homes, &trust->homes, &known, &principals->users[i]);
	for (size_t i = 0; i < trust->homes; i++) {
		for (size_t k = 0; k < 2; k++) {
			autofree char *path = memory_printf("%s/%s",
				strcmp(homes[i].path, "/") == 0 ? "" : homes[i].path,
				names[k]);
			read_file(host, path, memory_text(homes[i].accounts.data), trust);
		}
		free(homes[i].path);
		buffer_free(&homes[i].accounts);
	}
	table_free(&known);
}

void
trust_read(struct host *host, struct trust *ret_trust)
{
	static const char *const paths[] = { "/etc/hosts.equiv", "/etc/ssh/shosts.equiv",
		"/etc/shosts.equiv" };
	*ret_trust = (struct trust){ 0 };
	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
		read_file(host, paths[i], NULL, ret_trust);
	read_homes(host, ret_trust);
}

void
trust_free(struct trust *trust)
{
	for (size_t i = 0; i < trust->count; i++) {
		struct trust_file *file = &trust->files[i];
		for (size_t k = 0; k < file->count; k++) {
			free(file->entries[k].host);
			free(file->entries[k].user);
		}
		free(file->entries);
		free(file->accounts);
		free(file->problem);
	}
	free(trust->files);
	free(trust->unsure);
	*trust = (struct trust){ 0 };
}
