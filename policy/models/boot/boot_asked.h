/* What is started when something asks for it: by udev's rules where a device is found, by
 * D-Bus where its name is asked for. Which devices there are, and who asks, is not known.
 * Sources: udev(7), systemd.device(5); the D-Bus Specification, Message Bus Starting
 * Services, and dbus-daemon(1). */
#ifndef POLICY_MODELS_BOOT_ASKED_H
#define POLICY_MODELS_BOOT_ASKED_H

#include "policy/models/boot/boot_naming.h"

/* The units that they name; freed by name_list_free. False: there is more than is read.
 */
bool
boot_asked_units(
	struct host *host, struct name_list *ret_udev, struct name_list *ret_bus);

/* Has *NAMED, where it names nothing yet, say which of their lines runs the program NAME.
 * Under systemd a service of D-Bus that has a unit is started by that alone. */
void
boot_asked_naming(
	struct host *host, const char *name, bool is_systemd, struct boot_named *named);

#endif
