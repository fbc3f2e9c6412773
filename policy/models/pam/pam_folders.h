/* The folders where a root's libpam looks for the files of its services. After its own
 * two comes that of a vendor, which is chosen when libpam is built: openSUSE's is
 * /usr/etc, that of RHEL 9 /usr/share, Debian sets none. Sources: Linux-PAM 1.5.2
 * configure.ac
 * (--enable-vendordir), libpam/pam_handlers.c _pam_open_config_file; their packages. */
#ifndef POLICY_MODELS_PAM_FOLDERS_H
#define POLICY_MODELS_PAM_FOLDERS_H

#include "base/host.h"

enum pam_folder_state {
	PAM_FOLDER_READ,
	PAM_FOLDER_IGNORED,
	PAM_FOLDER_UNSURE, /* whether libpam reads it can't be told */
};

/* All that some libpam reads; the first counts most, NULL ends. */
extern const char *const pam_folders[];

/* What the libpam of HOST does with FOLDER, one of these. Its own text names them;
 * without it the distribution tells. */
enum pam_folder_state
pam_folders_look(struct host *host, const char *folder);

#endif
