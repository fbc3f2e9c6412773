/* What systemd reads of a service: its unit file and drop-ins, as lines. Sources:
 * systemd.unit(5), UNIT FILE LOAD PATH; systemd.syntax(7); config_parse in conf-parser.c
 * and unit_file_find_dropin_paths in dropin.c of systemd. */
#ifndef POLICY_MODELS_UNIT_FILES_H
#define POLICY_MODELS_UNIT_FILES_H

#include "base/host.h"

/* Text that was put together from places in FILE. */
struct traced {
	const struct file *file;
	struct buffer text;
	struct traced_run *runs; /* where its bytes stand: see traced_place */
	size_t run_count;
};

void
traced_add(struct traced *traced, char byte, size_t place);

/* The offset in its file of the byte at INDEX, which is one of its text; 0 when it has
 * none. */
size_t
traced_place(const struct traced *traced, size_t index);

/* Frees; the struct can be used again. */
void
traced_free(struct traced *traced);

/* A `Name=value` line of the section [Service], continued lines joined. The reader may
 * take what VALUE holds. */
typedef void
unit_reader(void *data, const char *name, struct traced *value);

/* Reads the unit that has one of NAMES (NULL ends), else STOCK, and then the drop-ins
 * for all of NAMES, and hands each line of [Service] to READER. Returns NULL, or the
 * file that is there and can't be read. */
const struct file *
unit_files_read(struct host *host, const char *const *names, const struct file *stock,
	unit_reader *reader, void *data);

/* The same for the unit called NAME alone, which may be an instance as in
 * "getty@tty1.service": its own file or else the template's, then the drop-ins of both.
 * Reads nothing when there is neither or it is masked. */
const struct file *
unit_files_read_one(struct host *host, const char *name, unit_reader *reader, void *data);

/* The same for the lines of SECTION, "[Timer]", of a unit of any type. */
const struct file *
unit_files_read_part(struct host *host, const char *name, const char *section,
	unit_reader *reader, void *data);

/* Hands the lines of SECTION ("[Unit]") in the unit's FILE, and then in the drop-ins for
 * NAMES and for its type, to READER. Returns as above. */
const struct file *
unit_files_read_section(struct host *host, const struct file *file,
	const struct name_list *names, const char *section, unit_reader *reader,
	void *data);

/* Adds NAME to NAMES, and those whose drop-ins and folders of links count for it too:
 * "a-b@.service", "a-.service" for "a-b@c.service" (systemd.unit(5)). */
void
unit_files_add_names(const char *name, struct name_list *names);

/* Whether FILE hides its unit: a link to /dev/null, an empty file, or none. */
bool
unit_files_is_masked(const struct file *file);

/* The file of the unit called NAME, without its drop-ins; NULL when there is none. */
const struct file *
unit_files_find(struct host *host, const char *name);

/* Why systemd may not read the unit's own FILE to the end, and so refuse the unit: "has
 * a line ..."; NULL: nothing says so. *ret_offset is that of the line. Of a drop-in only
 * the rest is lost. */
const char *
unit_file_flaw(const struct file *file, size_t *ret_offset);

/* Hands the lines of [Service] in one FILE to READER. */
void
unit_file_read(const struct file *file, unit_reader *reader, void *data);

/* The same for the section NAME, "[Unit]". */
void
unit_file_read_section(
	const struct file *file, const char *name, unit_reader *reader, void *data);

#endif
