/* Which sort of terminal a login is at, by the number of its device: PAM_TTY, ttyname(3)
 * and what stands in /dev can be made to say something else (a pts bound over /dev/tty1,
 * agetty's -H). */
#ifndef PAM_MODULE_TERMINAL_H
#define PAM_MODULE_TERMINAL_H

enum terminal {
	TERMINAL_NONE,
	TERMINAL_PTS, /* a pseudo terminal: ssh, a container's console, an xterm */
	TERMINAL_CONSOLE, /* any other: a screen's, a serial line, a hypervisor's */
	TERMINAL_UNKNOWN, /* /proc could not be read */
};

/* Of the process's controlling terminal; where it has none, of its standard input. */
enum terminal
terminal_here(void);

#endif
