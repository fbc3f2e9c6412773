/* Processes of the running system, as /proc shows them. */
#ifndef BASE_LIVE_H
#define BASE_LIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/error.h"

struct live_process {
	pid_t pid;
	pid_t parent;
	unsigned long long start; /* clock ticks after the boot: with the pid, a name that
				     is never used twice */
};

struct live_list {
	struct live_process *items; /* by pid */
	size_t count;
};

/* Whether systemd is the init (sd_booted(3)). */
bool
live_has_systemd(void);

/* Whether process 1 may have the capability of that name ("CAP_SYS_TIME"): what systemd
 * asks for ConditionCapability=; -1 when it can't be told. Source: proc(5),
 * capabilities(7), condition_test_capability in systemd's condition.c. */
int
live_may(const char *capability);

/* The processes of one of PROGRAMS (base names, NULL-terminated; NULL: of any): by the
 * executable and the kernel's short name of the process, never by its arguments, which it
 * can write itself. Without kernel threads and zombies (they have no executable),
 * processes of another pid namespace and those under another root directory. A service
 * that systemd gives a mount namespace of its own (PrivateTmp=) has the same root
 * directory. Source: proc(5). The caller frees with live_list_free. */
int
live_find(const char *const *programs, struct live_list *ret_list, struct error *err);

/* Leaves those that no other in the list is the parent of: the daemon itself, not what it
 * forked for a connection. */
void
live_keep_parents(struct live_list *list);

void
live_list_free(struct live_list *list);

/* Whether the very same process is still there, and no zombie. */
bool
live_runs(const struct live_process *process);

/* Sends SIGNUM to that process and to none that got its pid later (pidfd_open(2)). */
int
live_signal(const struct live_process *process, int signum, struct error *err);

/* The path of its executable, where an upgrade may have put another file; "" when it
 * can't be read. The caller frees. */
char *
live_executable(pid_t process);

/* Whether nobody but root can have made or changed its executable: its owner and mode.
 * Source: proc(5), /proc/PID/exe. */
bool
live_executable_is_roots(pid_t process);

/* The kernel's short name of the process, at most 15 bytes, which it can change itself;
 * "" when it can't be read. The caller frees. */
char *
live_name(pid_t process);

/* Whose it is (its effective uid); -1 when there is none. */
uid_t
live_owner(pid_t process);

/* The arguments of the process, which it can write itself, each ended by a NUL (the
 * caller frees); *ret_size is 0 when they can't be read or are longer than 64 KiB. */
char *
live_arguments(pid_t process, size_t *ret_size);

/* The systemd service unit that the process belongs to (cgroups(7)); NULL when there is
 * none. The caller frees. */
char *
live_unit(const struct live_process *process);

/* The session of systemd-logind that it belongs to, by its cgroup
 * (sd_pid_get_session(3)); NULL when there is none. The caller frees. */
char *
live_session(const struct live_process *process);

enum live_protocol {
	LIVE_TCP, /* sockets that listen */
	LIVE_UDP, /* bound ones that everybody may send to */
};

/* A socket that anybody can reach the process by. */
struct live_listener {
	unsigned long inode; /* of the socket */
	int family; /* AF_INET, AF_INET6 */
	unsigned short port;
	bool on_loopback; /* bound to the loopback address or to every address */
};

/* Those of the process; the caller frees *ret_items. None where it can't be told. */
void
live_listeners(const struct live_process *process, enum live_protocol protocol,
	struct live_listener **ret_items, size_t *ret_count);

/* Whether that process sees the network that we see. */
bool
live_shares_network(const struct live_process *process);

#endif
