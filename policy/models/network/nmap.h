/* What nmap found out about one host, from the file that its option -oX wrote. Sources:
 * nmap(1), nmap.dtd, the files that nmap 7.93 writes. */
#ifndef POLICY_MODELS_NMAP_H
#define POLICY_MODELS_NMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lenses/document.h"

enum nmap_answer {
	NMAP_SILENT, /* closed, filtered or closed|filtered: nobody is served there */
	NMAP_OPEN,
	NMAP_DOUBTFUL, /* open|filtered, unfiltered, and what this does not know */
};

/* One port, or COUNT of them that are told of together: then port is -1. All texts belong
 * to the document. */
struct nmap_port {
	const char *protocol; /* "" for those that are told of together */
	long port, count;
	enum nmap_answer answer;
	const char *state, *service; /* service: a guess by the number, or "" */
	uint32_t at;
};

enum { NMAP_PORTS = 65536, NMAP_PROTOCOLS = 3 };

extern const char *const nmap_protocols[]; /* NMAP_PROTOCOLS names, then NULL */

struct nmap {
	const char *problem; /* why nothing can be said; NULL */
	uint32_t problem_at; /* DOCUMENT_NOWHERE: of the whole file */
	long begin, end; /* when it ran, in seconds since the epoch */
	unsigned char *scanned; /* for each protocol and port whether it was asked in a
				   way that finds out who serves: use nmap_scanned */
	long asked; /* ports of the scan, by its own count */
	uint32_t scan_at; /* where the scan tells what it asked */
	uint32_t host_at;
	bool is_assumed_up; /* by -Pn: nobody asked whether the host is there */
	struct nmap_port *ports;
	size_t count;
};

/* Reads about the host of ADDRESS, as inet_pton(3) takes it. Freed by nmap_free, before
 * the document. */
void
nmap_read(const struct document *document, const char *address, struct nmap *ret_nmap);

/* Whether the ports LOW to HIGH of PROTOCOL were all asked; *ret_missing is the first
 * that was not. */
bool
nmap_scanned(const struct nmap *nmap, const char *protocol, long low, long high,
	long *ret_missing);

/* Whether A and B are the same address of IPv4 or IPv6. B need not be one. */
bool
nmap_is_same_address(const char *a, const char *b);

void
nmap_free(struct nmap *nmap);

#endif
