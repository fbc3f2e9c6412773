/* Files of NAME=value lines: EnvironmentFile= of systemd (systemd.exec(5);
 * parse_env_file_internal in env-file.c), or a file of assignments that a shell reads. */
#ifndef POLICY_MODELS_ENVIRONMENT_FILE_H
#define POLICY_MODELS_ENVIRONMENT_FILE_H

#include "policy/models/boot/unit_files.h"

/* Hands each assignment of FILE to READER. Returns -1 with the offset of a line that is
 * not understood: for a SHELL all but plain assignments. */
int
environment_file_read(const struct file *file, bool shell, unit_reader *reader,
	void *data, size_t *ret_bad);

#endif
