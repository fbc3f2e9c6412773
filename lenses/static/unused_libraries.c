/* For the static build: what libaugeas.a wants from libxml2 and libselinux, and never
 * calls here. Only aug_to_xml and aug_save need them, which parser.c does not use; a call
 * all the same would be a bug, so each ends the process. */
#include <stdlib.h>

#define UNUSED(name)                                                                     \
	void name(void);                                                                 \
	void name(void)                                                                  \
	{                                                                                \
		abort();                                                                 \
	}

UNUSED(xmlNewNode)
UNUSED(xmlNewChild)
UNUSED(xmlNewTextChild)
UNUSED(xmlSetProp)
UNUSED(xmlFreeNode)
UNUSED(xmlElemDump)
UNUSED(is_selinux_enabled)
UNUSED(freecon)
UNUSED(getfilecon)
UNUSED(lgetfilecon)
UNUSED(fgetfilecon)
UNUSED(fsetfilecon)

extern void (*xmlFree)(void *memory);
void (*xmlFree)(void *memory) = free;
