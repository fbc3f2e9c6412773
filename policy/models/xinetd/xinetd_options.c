#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/models/boot/command_line.h"
#include "policy/models/xinetd/xinetd_reader.h"

static const char *const units[] = { "xinetd.service", NULL };

/* Debian's init script reads XINETD_OPTS, Red Hat's EXTRAOPTIONS. */
static const struct command_daemon daemon = { .program = "xinetd",
	.units = units,
	.shell = true,
	.stock = "[Service]\n"
		 "EnvironmentFile=-/etc/default/xinetd\n"
		 "EnvironmentFile=-/etc/sysconfig/xinetd\n"
		 "ExecStart=/usr/sbin/xinetd $XINETD_OPTS $EXTRAOPTIONS\n" };

void
xinetd_options_read(
	struct host *host, struct xinetd_conf *conf, struct xinetd_options *ret_options)
{
	struct command_line line;
	const char *config = "/etc/xinetd.conf";
	*ret_options = (struct xinetd_options){ 0 };
	command_line_read(host, &daemon, &line);
	/* options.c opt_recognize */
	for (size_t i = 0; i < line.count; i++) {
		const char *word = line.words[i].text;
		if (strcmp(word, "-inetd_compat") == 0)
			ret_options->inetd_compat = true;
		else if (strcmp(word, "-f") == 0 && i + 1 < line.count)
			config = line.words[++i].text;
	}
	ret_options->config = memory_text(config);
	if (line.unknown != NULL)
		xinetd_conf_problem(conf, VERDICT_UNKNOWN,
			line.file != NULL ? line.file->path : config,
			(struct place){ line.file, line.offset }, "%s", line.unknown);
	/* Debian's init script adds -inetd_compat for a value that begins so. */
	autofree char *compat = line.is_stock
		? command_line_default(host, "/etc/default/xinetd", "INETD_COMPAT")
		: NULL;
	if (compat != NULL && (compat[0] == 'y' || compat[0] == 'Y'))
		ret_options->inetd_compat = true;
	command_line_free(&line);
}

void
xinetd_options_free(struct xinetd_options *options)
{
	free(options->config);
	*options = (struct xinetd_options){ 0 };
}
