#include "pam_module/rhost.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>
#include <sys/utsname.h>

/* By the convention of the Linux-PAM Application Developers' Guide "localhost" is where a
 * local user comes from; lxdm's do. The others are what etc/hosts of the distributions
 * has for the loopback. */
static const char *const names[] = { "localhost", "localhost.localdomain", "localhost4",
	"localhost4.localdomain4", "localhost6", "localhost6.localdomain6",
	"ip6-localhost", "ip6-loopback", "::1", NULL };

/* 127.0.0.0/8, as inet_ntop(3) writes it, behind ::ffff: too. */
static bool
is_loopback(const char *rhost)
{
	static const char mapped[] = "::ffff:", net[] = "127.";
	if (strncasecmp(rhost, mapped, sizeof mapped - 1) == 0)
		rhost += sizeof mapped - 1;
	return strncmp(rhost, net, sizeof net - 1) == 0 &&
		rhost[strspn(rhost, "0123456789.")] == '\0';
}

/* Whether one of two names is the other, or its beginning in front of a domain. */
static bool
is_same_host(const char *a, const char *b)
{
	size_t i = strlen(a) < strlen(b) ? strlen(a) : strlen(b);
	return i > 0 && strncasecmp(a, b, i) == 0 && (a[i] == '\0' || a[i] == '.') &&
		(b[i] == '\0' || b[i] == '.');
}

bool
rhost_is_local(const char *rhost)
{
	struct utsname host;
	if (*rhost == '\0' || is_loopback(rhost))
		return true;
	for (const char *const *name = names; *name != NULL; name++)
		if (strcasecmp(rhost, *name) == 0)
			return true;
	/* xdm says so of a display myhost:0 in its Xservers */
	return uname(&host) == 0 && is_same_host(rhost, host.nodename);
}
