#include "policy/models/packages/packages.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"

enum { STRANGE_MAX = 5, RPM_SECONDS = 30 };

static const char status_file[] = "/var/lib/dpkg/status";

/* Where rpm keeps its database, by age. */
static const char *const rpm_files[] = { "/usr/lib/sysimage/rpm/rpmdb.sqlite",
	"/var/lib/rpm/rpmdb.sqlite", "/var/lib/rpm/Packages.db",
	"/var/lib/rpm/Packages" };

static void
add(struct packages *packages, struct bytes name, struct bytes version, bool is_whole,
	struct place place)
{
	packages->own = memory_grow(
		packages->own, packages->count, sizeof *packages->own);
	packages->items = packages->own;
	packages->own[packages->count++] = (struct package){
		.name = memory_copy(name.data, name.size),
		.version = memory_copy(version.data, version.size),
		.is_whole = is_whole,
		.place = place,
	};
}

static bool
is_text(struct bytes bytes, const char *text)
{
	return bytes.size == strlen(text) && memcmp(bytes.data, text, bytes.size) == 0;
}

/* The value of a line "FIELD: value" of a stanza; false when it is another's. */
static bool
take_field(struct bytes line, const char *field, struct bytes *ret_value)
{
	size_t length = strlen(field);
	if (line.size <= length || line.data[length] != ':' ||
		strncasecmp(line.data, field, length) != 0)
		return false;
	*ret_value = (struct bytes){ line.data + length + 1, line.size - length - 1 };
	while (ret_value->size > 0 &&
		(*ret_value->data == ' ' || *ret_value->data == '\t')) {
		ret_value->data++;
		ret_value->size--;
	}
	while (ret_value->size > 0 &&
		strchr(" \t\r", ret_value->data[ret_value->size - 1]) != NULL)
		ret_value->size--;
	return true;
}

/* One paragraph of dpkg's status file. */
struct stanza {
	struct bytes name, version, status;
	size_t offset;
};

/* Status is "WANTED FLAG STATE": dpkg(1). */
static void
end_stanza(struct packages *packages, const struct file *file, struct stanza *stanza)
{
	const char *space = stanza->status.size > 0
		? memrchr(stanza->status.data, ' ', stanza->status.size)
		: NULL;
	struct bytes state = { space != NULL ? space + 1 : "",
		space != NULL
			? (size_t)(stanza->status.data + stanza->status.size - space - 1)
			: 0 };
	if (stanza->name.size > 0 && state.size > 0 && !is_text(state, "not-installed") &&
		!is_text(state, "config-files"))
		add(packages, stanza->name, stanza->version,
			is_text(state, "installed") ||
				is_text(state, "triggers-pending") ||
				is_text(state, "triggers-awaited"),
			(struct place){ file, stanza->offset });
	*stanza = (struct stanza){ 0 };
}

static void
read_dpkg(struct packages *packages, const struct file *file)
{
	struct stanza stanza = { 0 };
	struct bytes line, value;
	for (size_t at = 0, start = 0; bytes_next_line(file->bytes, &at, &line);
		start = at) {
		/* most lines are about something else */
		switch (line.size > 0 ? *line.data : '\0') {
		case '\0':
			if (line.size == 0)
				end_stanza(packages, file, &stanza);
			break;
		case 'P':
		case 'p':
			if (!take_field(line, "Package", &value))
				break;
			stanza.name = value;
			stanza.offset = start;
			break;
		case 'V':
		case 'v':
			(void)take_field(line, "Version", &stanza.version);
			break;
		case 'S':
		case 's':
			(void)take_field(line, "Status", &stanza.status);
			break;
		default:
			break;
		}
	}
	end_stanza(packages, file, &stanza);
}

static void
release(void *memory)
{
	packages_free(memory);
	free(memory);
}

const struct packages *
packages_dpkg(struct host *host)
{
	static const char key[] = "packages of dpkg";
	const struct file *file = host_file(host, status_file);
	struct packages *packages = host_note(host, key);
	if (packages == NULL && file->state == FILE_READ) {
		packages = memory_new(1, sizeof *packages);
		read_dpkg(packages, file);
		host_set_note(host, key, packages, release);
	}
	return packages;
}

static struct bytes
part(struct bytes text, size_t start, size_t end)
{
	return (struct bytes){ text.data + start, end - start };
}

static size_t
until(struct bytes line, size_t from, const char *stop)
{
	while (from < line.size && strchr(stop, line.data[from]) == NULL)
		from++;
	return from;
}

static size_t
beyond(struct bytes line, size_t from, const char *blank)
{
	while (from < line.size && strchr(blank, line.data[from]) != NULL)
		from++;
	return from;
}

/* dpkg -l: "ii  NAME[:ARCHITECTURE]  VERSION ..."; the second letter is the state. */
static bool
take_dpkg_list(struct packages *packages, struct bytes line, struct place place)
{
	size_t flags = until(line, 0, " ");
	size_t name = beyond(line, flags, " "), end = until(line, name, " ");
	size_t version = beyond(line, end, " "), stop = until(line, version, " ");
	if ((flags != 2 && flags != 3) || stop == version ||
		strchr("uihrp", line.data[0]) == NULL ||
		strchr("ncHUFWti", line.data[1]) == NULL)
		return false;
	if (line.data[1] != 'n' && line.data[1] != 'c')
		add(packages, part(line, name, until(part(line, 0, end), name, ":")),
			part(line, version, stop), strchr("iWt", line.data[1]) != NULL,
			place);
	return true;
}

/* dpkg-query -W: "NAME[:ARCHITECTURE]<tab>VERSION", also of packages that were removed
 * and have left their configuration. */
static bool
is_stateless(struct bytes line)
{
	return until(line, 0, "\t") < line.size && until(line, 0, " ") == line.size;
}

/* rpm -qa: "NAME-VERSION-RELEASE[.ARCHITECTURE]". */
static bool
take_rpm(struct packages *packages, struct bytes line, struct place place)
{
	const char *release = memrchr(line.data, '-', line.size);
	const char *version = release == NULL
		? NULL
		: memrchr(line.data, '-', (size_t)(release - line.data));
	if (version == NULL || version == line.data ||
		memchr(line.data, ' ', line.size) != NULL)
		return false;
	add(packages, part(line, 0, (size_t)(version - line.data)),
		part(line, (size_t)(version + 1 - line.data), line.size), true, place);
	packages->is_rpm = true;
	return true;
}

/* The heading of dpkg -l ends in lines that begin so. */
static bool
is_heading(struct bytes line)
{
	static const char *const heads[] = { "Desired=", "| ", "|/ ", "||/ ", "+++-" };
	for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
		if (line.size >= strlen(heads[i]) &&
			memcmp(line.data, heads[i], strlen(heads[i])) == 0)
			return true;
	return false;
}

/* The widths of the columns of dpkg -l. */
struct widths {
	size_t columns[4], count;
	bool may_cut; /* they are those that a width of the output has given */
};

/* The line below the heading, "+++-====-====-...". Sources: dpkg's src/querycmd.c,
 * list_format_init, which in between cut to these with COLUMNS set or on a terminal, and
 * took the longest entries else; list1package before it had no column of architectures,
 * and at first 15 and 14 always. That of dpkg 1.21 cuts nothing. */
static void
take_widths(struct bytes line, struct widths *widths)
{
	const size_t *of = widths->columns;
	*widths = (struct widths){ 0 };
	for (size_t at = 4; at < line.size && widths->count < 4; widths->count++) {
		size_t end = until(line, at, "-");
		widths->columns[widths->count] = end - at;
		at = end + 1;
	}
	if (widths->count == 4 && of[3] >= 33) {
		size_t more = of[3] - 33;
		widths->may_cut = of[0] == 14 + more / 2 && of[1] == 12 + more / 4 &&
			of[2] == of[1];
	} else if (widths->count == 3) {
		widths->may_cut = of[0] == of[1] || (of[0] == 15 && of[1] == 14);
	}
}

/* Whether the name or the version fills its column, so that there may be more of it. */
static bool
may_be_cut(struct bytes line, const struct widths *widths)
{
	size_t name = 4 + widths->columns[0], version = name + 1 + widths->columns[1];
	return widths->may_cut &&
		((line.size >= name && line.data[name - 1] != ' ') ||
			(line.size >= version && line.data[version - 1] != ' '));
}

/* FILE is NULL for what was asked. */
static void
read_output(struct packages *packages, struct bytes output, const struct file *file)
{
	struct widths widths = { 0 };
	struct bytes line;
	for (size_t at = 0, start = 0; bytes_next_line(output, &at, &line); start = at) {
		struct place place = { file, start };
		while (line.size > 0 && strchr(" \r", line.data[line.size - 1]) != NULL)
			line.size--;
		if (line.size > 4 && memcmp(line.data, "+++-", 4) == 0)
			take_widths(line, &widths);
		if (line.size == 0 || is_heading(line))
			continue;
		if (take_dpkg_list(packages, line, place)) {
			if (packages->problem == NULL && may_be_cut(line, &widths))
				packages->problem = memory_text(
					"names and versions in it may be cut: record "
					"`COLUMNS=1000 dpkg -l` instead");
			continue;
		}
		if (take_rpm(packages, line, place))
			continue;
		if (is_stateless(line) && packages->problem == NULL)
			packages->problem = memory_text(
				"dpkg-query -W does not tell which are installed: record "
				"`dpkg -l` instead");
		if (packages->strange_count == STRANGE_MAX)
			continue;
		packages->strange = memory_grow(packages->strange,
			packages->strange_count, sizeof *packages->strange);
		packages->strange[packages->strange_count++] = place;
	}
}

static struct live_answer rpm_answer;
static const char *const rpm[] = { "/usr/bin/rpm", "-qa", NULL };

const struct live_question packages_questions[] = {
	{ .argv = rpm,
		.seconds = RPM_SECONDS,
		.unless = status_file,
		.answer = &rpm_answer },
	{ 0 },
};

/* What rpm knows of HOST, whose database is at PATH. */
static void
read_rpm(struct packages *packages, struct host *host, const char *path)
{
	free(packages->source);
	packages->source = memory_text(path);
	if (!host_is_live(host))
		packages->problem = memory_text(
			"rpm's database is not read: record `rpm -qa` as evidence");
	else if (rpm_answer.output == NULL)
		packages->problem = memory_text(
			"rpm is not here, or was not asked, which an audit alone does: "
			"record `rpm -qa` as evidence");
	else if (rpm_answer.wrong != NULL)
		packages->problem = memory_printf("rpm -qa: %s", rpm_answer.wrong);
	else
		read_output(packages, BYTES_TEXT(rpm_answer.output), NULL);
}

void
packages_read(const struct context *context, const struct recorded *recorded,
	struct packages *ret_packages)
{
	*ret_packages = (struct packages){ 0 };
	if (recorded->state != RECORDED_NOT) {
		ret_packages->source = memory_text(recorded->file.path);
		if (recorded->state == RECORDED_READ)
			read_output(ret_packages, recorded->file.bytes, &recorded->file);
		else
			ret_packages->problem = memory_text(recorded->reason);
		return;
	}
	const struct file *file = host_file(context->host, status_file);
	const struct packages *dpkg = packages_dpkg(context->host);
	ret_packages->source = memory_text(status_file);
	if (dpkg != NULL) {
		ret_packages->items = dpkg->items;
		ret_packages->count = dpkg->count;
		return;
	}
	if (file->state == FILE_REFUSED) {
		ret_packages->problem = memory_text(file->reason);
		return;
	}
	for (size_t i = 0; i < sizeof rpm_files / sizeof *rpm_files; i++)
		if (host_exists(context->host, rpm_files[i]) == 1) {
			read_rpm(ret_packages, context->host, rpm_files[i]);
			return;
		}
	ret_packages->problem = memory_printf(
		"there is no database of packages: %s", recorded->reason);
}

void
packages_free(struct packages *packages)
{
	for (size_t i = 0; packages->own != NULL && i < packages->count; i++) {
		free(packages->own[i].name);
		free(packages->own[i].version);
	}
	free(packages->own);
	free(packages->strange);
	free(packages->source);
	free(packages->problem);
	*packages = (struct packages){ 0 };
}
