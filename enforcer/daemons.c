#include "enforcer/daemons.h"
int
daemons_validate(const char *root, bool live, const struct changes *changes,
	daemons_note note, void *data, struct error *err)
{
	(void)root;
	(void)live;
	(void)changes;
	(void)err;
	note(data, "not validated by the daemon");
	return 0;
}
int
daemons_activate(
	const struct changes *changes, daemons_note note, void *data, struct error *err)
{
	(void)changes;
	(void)note;
	(void)data;
	(void)err;
	return 0;
}
