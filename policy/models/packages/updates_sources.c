/* Whether what apt's sources name was ever fetched. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "base/text.h"
#include "policy/models/packages/updates.h"

enum { SOURCES_MAX = 1000, WORDS_MAX = 100 };

static const char lists_folder[] = "/var/lib/apt/lists";

/* The fields of a source, as one line or one stanza of deb822 has them. */
enum field { TYPES, URIS, SUITES, COMPONENTS, ENABLED, FIELDS };

struct sources {
	struct host *host;
	struct name_list lists; /* the names of what was fetched */
	size_t count; /* of those that may have packages */
	char *problem; /* the first; NULL */
	struct place place; /* of the problem */
};

struct words {
	char *text, *words[WORDS_MAX];
	size_t count;
};

static void
refuse(struct sources *sources, struct place place, char *reason)
{
	if (sources->problem == NULL) {
		sources->problem = reason;
		sources->place = place;
	} else {
		free(reason);
	}
}

/* False when there are too many. The caller frees ret_words->text. */
static bool
split(const char *text, struct words *ret_words)
{
	char *rest = NULL;
	*ret_words = (struct words){ .text = memory_text(text) };
	for (char *word = strtok_r(ret_words->text, " \t\r\n", &rest); word != NULL;
		word = strtok_r(NULL, " \t\r\n", &rest)) {
		if (ret_words->count == WORDS_MAX)
			return false;
		ret_words->words[ret_words->count++] = word;
	}
	return true;
}

/* TEXT with what is in BAD, and what is no printable ASCII, as %xx: QuoteString in apt's
 * strutl.cc. */
static void
quote(struct buffer *quoted, const char *text, const char *bad)
{
	for (; *text != '\0'; text++)
		if (*text == '%' || strchr(bad, *text) != NULL ||
			!isgraph((unsigned char)*text))
			buffer_printf(quoted, "%%%02x", (unsigned char)*text);
		else
			buffer_add(quoted, text, 1);
}

/* The name that apt keeps what it fetches from URI under, without the scheme and who
 * fetches it: URItoFileName in strutl.cc. The caller frees. */
static char *
find_file_name(const char *uri)
{
	autobuffer struct buffer name = { 0 };
	const char *text = strchr(uri, ':') + 1;
	if (strncmp(text, "//", 2) == 0) {
		text += 2;
		size_t host_size = strcspn(text, "/");
		const char *at = memchr(text, '@', host_size);
		text = at != NULL ? at + 1 : text;
	}
	quote(&name, text, "\\|{}[]<>\"^~_=!@#$%&*");
	for (size_t i = 0; i < name.size; i++)
		if (name.data[i] == '/')
			name.data[i] = '_';
	return buffer_take(&name);
}

/* Whether a list is there whose name begins with START and then, behind some bytes, has
 * END, be it compressed. */
static const char *
find_list(const struct sources *sources, const char *start, const char *end)
{
	size_t size = strlen(start);
	for (size_t i = 0; i < sources->lists.count; i++) {
		const char *name = sources->lists.names[i];
		const char *found = strncmp(name, start, size) == 0
			? strstr(name + size, end)
			: NULL;
		if (found != NULL &&
			(found[strlen(end)] == '\0' || found[strlen(end)] == '.'))
			return name;
	}
	return NULL;
}

/* Whether the Release file NAME has empty files alone of COMPONENT, which apt does not
 * fetch: lines "HASH SIZE main/binary-amd64/Packages". */
static bool
is_empty(const struct sources *sources, const char *name, const char *component)
{
	autofree char *path = memory_printf("%s/%s", lists_folder, name),
		      *start = memory_printf("%s/binary-", component);
	const struct file *file = host_file(sources->host, path);
	struct bytes line;
	bool has_empty = false;
	for (size_t at = 0; bytes_next_line(file->bytes, &at, &line);) {
		struct words words;
		autofree char *text = memory_copy(line.data, line.size);
		if (*text != ' ')
			continue;
		bool is_row = split(text, &words);
		bool is_its = is_row && words.count == 3 &&
			strncmp(words.words[2], start, strlen(start)) == 0 &&
			strcmp(text_base_name(words.words[2]), "Packages") == 0;
		bool has_some = is_its && strcmp(words.words[1], "0") != 0;
		free(words.text);
		if (has_some)
			return false;
		has_empty = has_empty || is_its;
	}
	return has_empty;
}

/* One suite at one URI: its Release file, and a list of packages for each component. */
static void
judge_suite(struct sources *sources, const char *uri, const char *suite,
	const struct words *components, struct place place)
{
	bool is_flat = suite[strlen(suite) - 1] == '/';
	autobuffer struct buffer whole = { 0 };
	buffer_printf(&whole, "%s%s%s", uri, uri[strlen(uri) - 1] == '/' ? "" : "/",
		is_flat ? "" : "dists/");
	if (strcmp(suite, "/") != 0)
		quote(&whole, suite, "+~"); /* pkgAcquire::URIEncode in acquire.cc */
	if (!is_flat)
		buffer_text(&whole, "/");
	autofree char *base = find_file_name(whole.data);
	if (sources->count++ >= SOURCES_MAX || sources->problem != NULL) {
		refuse(sources, place, memory_text("there are too many sources"));
		return;
	}
	autofree char *signed_name = memory_printf("%sInRelease", base),
		      *plain_name = memory_printf("%sRelease", base);
	const char *release = find_list(sources, signed_name, "");
	if (release == NULL)
		release = find_list(sources, plain_name, "");
	bool is_there = release != NULL;
	autofree char *flat_name = memory_printf("%sPackages", base);
	if (is_flat && is_there)
		is_there = find_list(sources, flat_name, "") != NULL;
	if (is_flat == (components->count > 0))
		refuse(sources, place,
			memory_text("this source is not understood: components belong "
				    "to a suite without a slash at its end"));
	for (size_t i = 0; i < components->count && is_there; i++) {
		autofree char *below = memory_printf(
			"%s%s/binary-", whole.data, components->words[i]);
		autofree char *start = find_file_name(below);
		is_there = find_list(sources, start, "_Packages") != NULL ||
			is_empty(sources, release, components->words[i]);
		if (!is_there)
			refuse(sources, place,
				memory_printf("%s %s %s was never fetched", uri, suite,
					components->words[i]));
	}
	if (!is_there)
		refuse(sources, place,
			memory_printf("%s %s was never fetched", uri, suite));
}

/* Whether URI's host is one whose name is as it stands, behind at most one "@": a port
 * that is no plain number apt writes as another. URI::CopyFrom in strutl.cc. */
static bool
has_plain_host(const char *uri)
{
	const char *text = strchr(uri, ':') + 1;
	if (strncmp(text, "//", 2) != 0)
		return true;
	autofree char *host = memory_copy(text + 2, strcspn(text + 2, "/"));
	char *at = strchr(host, '@'), *name = at != NULL ? at + 1 : host;
	const char *port = strchr(name, ':');
	return at != host && strchr(name, '@') == NULL &&
		(port == NULL ||
			(strspn(port + 1, "0123456789") == strlen(port + 1) &&
				port[1] != '0' && port[1] != '\0' && strlen(port) <= 5));
}

/* Those that are fetched, alone or one by another ("mirror+file"): the methods of apt. */
static bool
is_understood(const char *uri)
{
	static const char *const schemes[] = { "http", "https", "ftp", "file", "copy",
		"mirror", "mirror+http", "mirror+https", "mirror+file", "tor+http",
		"tor+https", NULL };
	autofree char *scheme = memory_copy(uri, strcspn(uri, ":"));
	return text_is_one_of(scheme, schemes) && uri[strlen(scheme)] == ':' &&
		strpbrk(uri, "[]\"$%\\") == NULL && uri[strlen(scheme) + 1] == '/' &&
		has_plain_host(uri);
}

/* A source whose FIELDS are known; NULL where one is not there. A CD's lists are put
 * there by apt-cdrom(8), which writes the source too, and it never has anything newer. */
static void
judge_source(struct sources *sources, char *const *fields, struct place place)
{
	static const char *const types[] = { "deb", "deb-src", NULL },
				 *const off[] = { "no", "false", "without", "off",
					 "disable", NULL },
				 *const on[] = { "yes", "true", "with", "on", "enable",
					 NULL };
	struct words words[FIELDS] = { 0 };
	bool is_good = true, is_deb = false;
	for (size_t i = 0; i < FIELDS; i++)
		is_good = split(fields[i] != NULL ? fields[i] : "", &words[i]) && is_good;
	const struct words *enabled = &words[ENABLED];
	if (enabled->count == 1 && text_is_one_of(enabled->words[0], off))
		goto done;
	if (enabled->count > 1 ||
		(enabled->count == 1 && !text_is_one_of(enabled->words[0], on)))
		is_good = false;
	for (size_t i = 0; i < words[TYPES].count; i++) {
		is_good = is_good && text_is_one_of(words[TYPES].words[i], types);
		is_deb = is_deb || strcmp(words[TYPES].words[i], "deb") == 0;
	}
	if (!is_good || words[TYPES].count == 0 || words[URIS].count == 0 ||
		words[SUITES].count == 0) {
		refuse(sources, place, memory_text("this source is not understood"));
		goto done;
	}
	for (size_t i = 0; i < words[URIS].count && is_deb; i++) {
		const char *uri = words[URIS].words[i];
		if (strncmp(uri, "cdrom:", strlen("cdrom:")) == 0)
			continue;
		for (size_t k = 0; k < words[SUITES].count; k++) {
			const char *suite = words[SUITES].words[k];
			if (!is_understood(uri) || strpbrk(suite, "[]\"$%\\") != NULL)
				refuse(sources, place,
					memory_printf("this source is not understood: %s",
						uri));
			else
				judge_suite(
					sources, uri, suite, &words[COMPONENTS], place);
		}
	}
done:
	for (size_t i = 0; i < FIELDS; i++)
		free(words[i].text);
}

/* Options that change neither what is fetched nor what it is called: sources.list(5).
 * They are set by "=", "+=" or "-=". */
static bool
are_known_options(const char *text)
{
	static const char *const known[] = { "arch", "lang", "signed-by", "trusted",
		"allow-insecure", "allow-weak", "allow-downgrade-to-insecure", "pdiffs",
		"by-hash", "check-valid-until", "valid-until-min", "valid-until-max",
		"check-date", "date-max-future", NULL };
	struct words words;
	bool is_good = split(text, &words);
	for (size_t i = 0; i < words.count && is_good; i++) {
		char *equals = strchr(words.words[i], '=');
		if (equals != NULL && equals > words.words[i])
			equals -= equals[-1] == '+' || equals[-1] == '-';
		if (equals != NULL)
			*equals = '\0';
		is_good = equals != NULL && text_is_one_of(words.words[i], known);
	}
	free(words.text);
	return is_good;
}

/* "deb [OPTION=VALUE ...] URI SUITE [COMPONENT ...]" */
static void
take_line(struct sources *sources, char *text, struct place place)
{
	char *fields[FIELDS] = { 0 }, *rest = text + strspn(text, " \t\r");
	if (*rest == '\0' || *rest == '#')
		return;
	fields[TYPES] = strsep(&rest, " \t");
	if (rest == NULL)
		rest = text + strlen(text);
	rest += strspn(rest, " \t");
	if (*rest == '[') {
		char *close = strchr(rest, ']');
		if (close != NULL)
			*close = '\0';
		if (close == NULL || !are_known_options(rest + 1)) {
			if (strcmp(fields[TYPES], "deb-src") != 0)
				refuse(sources, place,
					memory_text("this source is not understood"));
			return;
		}
		rest = close + 1 + strspn(close + 1, " \t");
	}
	if (strncmp(rest, "cdrom:", strlen("cdrom:")) == 0)
		return;
	rest[strcspn(rest, "#")] = '\0';
	fields[URIS] = strsep(&rest, " \t");
	rest = rest != NULL ? rest + strspn(rest, " \t") : rest;
	fields[SUITES] = rest != NULL ? strsep(&rest, " \t") : NULL;
	fields[COMPONENTS] = rest;
	judge_source(sources, fields, place);
}

static void
read_lines(struct sources *sources, const struct file *file)
{
	struct bytes line;
	for (size_t at = 0, start = 0; bytes_next_line(file->bytes, &at, &line);
		start = at) {
		autofree char *text = memory_copy(line.data, line.size);
		take_line(sources, text, (struct place){ file, start });
	}
}

/* A stanza that ends, if it has any field. */
static void
end_stanza(
	struct sources *sources, struct buffer *fields, struct place *place, bool *is_bad)
{
	char *texts[FIELDS];
	for (size_t i = 0; i < FIELDS; i++)
		texts[i] = fields[i].data;
	if (*is_bad)
		refuse(sources, *place, memory_text("this source is not understood"));
	else if (place->file != NULL)
		judge_source(sources, texts, *place);
	for (size_t i = 0; i < FIELDS; i++)
		buffer_free(&fields[i]);
	*place = (struct place){ 0 };
	*is_bad = false;
}

/* Stanzas of "Name: value" with lines that go on with a blank: deb822(5). */
static void
read_stanzas(struct sources *sources, const struct file *file)
{
	static const char *const names[] = { "Types", "URIs", "Suites", "Components",
		"Enabled", "Targets", "Targets-Add", "Targets-Remove", "Snapshot",
		"InRelease-Path", "Include", "Exclude" };
	struct buffer fields[FIELDS] = { 0 }, *current = NULL;
	struct place first = { 0 };
	struct bytes line;
	bool is_bad = false;
	for (size_t at = 0, start = 0; bytes_next_line(file->bytes, &at, &line);
		start = at) {
		autofree char *text = memory_copy(line.data, line.size);
		char *colon = strchr(text, ':');
		if (*text == '#')
			continue;
		if (text[strspn(text, " \t\r")] == '\0') {
			end_stanza(sources, fields, &first, &is_bad);
			current = NULL;
			continue;
		}
		if (first.file == NULL)
			first = (struct place){ file, start };
		if (*text == ' ' || *text == '\t') {
			if (current != NULL)
				buffer_printf(current, " %s", text);
			continue;
		}
		current = NULL;
		is_bad = is_bad || colon == NULL;
		for (size_t i = 0; i < sizeof names / sizeof *names && colon != NULL; i++)
			if (strncasecmp(text, names[i], strlen(names[i])) == 0 &&
				text + strlen(names[i]) == colon) {
				/* what is there twice, or fetches other files */
				is_bad = is_bad || i >= FIELDS || fields[i].size > 0;
				current = i < FIELDS ? &fields[i] : NULL;
			}
		if (current != NULL)
			buffer_printf(current, " %s", colon + 1);
	}
	end_stanza(sources, fields, &first, &is_bad);
}

/* apt reads no other names: GetListOfFilesInDir in fileutl.cc. */
static bool
is_read(const char *path)
{
	const char *name = text_base_name(path);
	return name[strspn(name,
		       "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"
		       ":.")] == '\0';
}

static void
read_sources(struct sources *sources, const char *pattern,
	void (*reader)(struct sources *, const struct file *))
{
	struct name_list paths = { 0 };
	if (host_glob(sources->host, pattern, &paths, NULL) < 0)
		refuse(sources, (struct place){ 0 },
			memory_printf("%s can't be read", pattern));
	for (size_t i = 0; i < paths.count; i++) {
		const struct file *file = host_file(sources->host, paths.names[i]);
		if (!is_read(paths.names[i]))
			continue;
		if (file->state == FILE_REFUSED)
			refuse(sources, (struct place){ 0 },
				memory_printf("%s: %s", file->path, file->reason));
		else if (file->state == FILE_READ)
			reader(sources, file);
	}
	name_list_free(&paths);
}

char *
updates_sources_problem(struct host *host, struct place *ret_place)
{
	struct sources sources = { .host = host };
	(void)host_list(host, lists_folder, &sources.lists, NULL);
	read_sources(&sources, "/etc/apt/sources.list", read_lines);
	read_sources(&sources, "/etc/apt/sources.list.d/*.list", read_lines);
	read_sources(&sources, "/etc/apt/sources.list.d/*.sources", read_stanzas);
	if (sources.count == 0)
		refuse(&sources, (struct place){ 0 },
			memory_text("apt has no source of packages but CDs"));
	name_list_free(&sources.lists);
	*ret_place = sources.place;
	return sources.problem;
}
