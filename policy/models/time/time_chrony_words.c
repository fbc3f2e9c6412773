/* The directives of chrony.conf(5). Source: CNF_ParseLine and its like in conf.c, and
 * CPS_ParseNTPSourceAdd in cmdparse.c, of chrony 4.0. What came later, up to 4.8, is not
 * here: an older chronyd would end. */
#include <arpa/inet.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "base/text.h"
#include "policy/models/time/time_reader.h"

/* What an argument is, a letter each: i whole number from 0 to max, z one that may be
 * negative, d decimal number, w word, a address, A address or path, n network; see fits
 * for those of a single directive. Those after ? may be missing. */
struct directive {
	const char *name, *arguments;
	const char *options; /* behind them: "name=letter name ..."; NULL: none */
	long max; /* 0: INT_MAX */
};

static const char rates[] = "interval=z burst=i leak=i";

static const struct directive directives[] = {
	{ "acquisitionport", "i", NULL, 65535 },
	{ "allow", "?n", "all=?n", 0 },
	{ "authselectmode", "M", NULL, 0 },
	{ "bindacqaddress", "a", NULL, 0 },
	{ "bindacqdevice", "w", NULL, 0 },
	{ "bindaddress", "a", NULL, 0 },
	{ "bindcmdaddress", "A", NULL, 0 },
	{ "bindcmddevice", "w", NULL, 0 },
	{ "binddevice", "w", NULL, 0 },
	{ "broadcast", "ia?o", NULL, 0 },
	{ "clientloglimit", "i", NULL, 0 },
	{ "clockprecision", "d", NULL, 0 },
	{ "cmdallow", "?n", "all=?n", 0 },
	{ "cmddeny", "?n", "all=?n", 0 },
	{ "cmdport", "i", NULL, 65535 },
	{ "cmdratelimit", "", rates, 0 },
	{ "combinelimit", "d", NULL, 0 },
	{ "corrtimeratio", "d", NULL, 0 },
	{ "deny", "?n", "all=?n", 0 },
	{ "driftfile", "w", NULL, 0 },
	{ "dscp", "i", NULL, 63 },
	{ "dumpdir", "w", NULL, 0 },
	{ "dumponexit", "", NULL, 0 },
	{ "fallbackdrift", "ii", NULL, 0 },
	{ "hwclockfile", "w", NULL, 0 },
	{ "hwtimestamp", "w",
		"minpoll=p maxsamples=i minsamples=i nocrossts precision=d rxcomp=d "
		"txcomp=d rxfilter=w",
		0 },
	{ "keyfile", "w", NULL, 0 },
	{ "leapsecmode", "L", NULL, 0 },
	{ "leapsectz", "w", NULL, 0 },
	{ "local", "", "stratum=t orphan distance=d", 0 },
	{ "lock_all", "", NULL, 0 },
	{ "log", "",
		"rawmeasurements measurements selection statistics tracking rtc "
		"refclocks tempcomp",
		0 },
	{ "logbanner", "i", NULL, 0 },
	{ "logchange", "d", NULL, 0 },
	{ "logdir", "w", NULL, 0 },
	{ "mailonchange", "wd", NULL, 0 },
	{ "makestep", "dz", NULL, 0 },
	{ "manual", "", NULL, 0 },
	{ "maxchange", "dzz", NULL, 0 },
	{ "maxclockerror", "d", NULL, 0 },
	{ "maxdistance", "d", NULL, 0 },
	{ "maxdrift", "d", NULL, 0 },
	{ "maxjitter", "d", NULL, 0 },
	{ "maxntsconnections", "i", NULL, 0 },
	{ "maxsamples", "i", NULL, 0 },
	{ "maxslewrate", "d", NULL, 0 },
	{ "maxstratum", "i", NULL, 0 },
	{ "maxtxbuffers", "i", NULL, 1048576 },
	{ "maxupdateskew", "d", NULL, 0 },
	{ "minsamples", "i", NULL, 0 },
	{ "minsources", "i", NULL, 0 },
	{ "minstratum", "i", NULL, 0 },
	{ "nocerttimecheck", "i", NULL, 0 },
	{ "noclientlog", "", NULL, 0 },
	{ "nosystemcert", "", NULL, 0 },
	{ "ntpsigndsocket", "w", NULL, 0 },
	{ "ntscachedir", "w", NULL, 0 },
	{ "ntsdumpdir", "w", NULL, 0 },
	{ "ntsntpserver", "w", NULL, 0 },
	{ "ntsport", "i", NULL, 65535 },
	{ "ntsprocesses", "i", NULL, 1000 },
	{ "ntsratelimit", "", rates, 0 },
	{ "ntsrefresh", "i", NULL, 0 },
	{ "ntsrotate", "i", NULL, 0 },
	{ "ntsservercert", "w", NULL, 0 },
	{ "ntsserverkey", "w", NULL, 0 },
	{ "ntstrustedcerts", "w", NULL, 0 },
	{ "pidfile", "w", NULL, 0 },
	{ "ratelimit", "", rates, 0 },
	{ "reselectdist", "d", NULL, 0 },
	{ "rtcautotrim", "d", NULL, 0 },
	{ "rtcdevice", "w", NULL, 0 },
	{ "rtcfile", "w", NULL, 0 },
	{ "rtconutc", "", NULL, 0 },
	{ "rtcsync", "", NULL, 0 },
	{ "sched_priority", "i", NULL, 100 },
	{ "smoothtime", "dd", "leaponly", 0 },
	{ "stratumweight", "d", NULL, 0 },
	{ "tempcomp", "wdw", NULL, 0 },
	{ "user", "w", NULL, 0 },
};

/* Options of server, pool and peer. */
static const char source_options[] =
	"auto_offline burst iburst offline nts xleave noselect prefer "
	"require trust key=i filter=i maxdelay=d maxdelayratio=d "
	"maxdelaydevratio=d mindelay=d asymmetry=d offset=d maxpoll=p "
	"minpoll=p presend=p maxsamples=i minsamples=i maxsources=c "
	"minstratum=s ntsport=o port=o polltarget=c version=v";

/* Those of refclock. */
static const char clock_options[] =
	"pps tai noselect prefer require trust refid=r lock=r poll=p dpoll=p "
	"filter=i rate=c minsamples=i maxlockage=i maxsamples=i offset=d "
	"delay=d precision=d maxdispersion=d stratum=t width=d";

static const char *const leap_modes[] = { "system", "slew", "step", "ignore", NULL };
static const char *const select_modes[] = { "require", "prefer", "mix", "ignore", NULL };

static bool
is_number(const char *text, long min, long max)
{
	struct error ignored = ERROR_INIT;
	long number;
	bool is = text_number(text, min, max, &number, &ignored) == 0;
	error_clear(&ignored);
	return is;
}

static bool
is_decimal(const char *text)
{
	const char *digits = text + (*text == '-');
	size_t whole = strspn(digits, "0123456789");
	size_t part = digits[whole] == '.' ? strspn(digits + whole + 1, "0123456789") : 0;
	return whole > 0 && digits[whole + (digits[whole] == '.') + part] == '\0' &&
		strlen(text) < 32;
}

static bool
is_address(const char *text)
{
	unsigned char address[16];
	return inet_pton(AF_INET, text, address) == 1 ||
		inet_pton(AF_INET6, text, address) == 1;
}

/* An address, with a prefix as it may be. */
static bool
is_network(const char *text)
{
	autofree char *copy = memory_text(text);
	char *slash = strchr(copy, '/');
	if (slash != NULL)
		*slash = '\0';
	return is_address(copy) &&
		(slash == NULL ||
			is_number(slash + 1, 0, strchr(copy, ':') != NULL ? 128 : 32));
}

static bool
fits(const char *text, char letter, long max)
{
	switch (letter) {
	case 'i':
		return is_number(text, 0, max);
	case 'z':
		return is_number(text, INT_MIN + 1, INT_MAX);
	case 'c': /* a count */
		return is_number(text, 1, INT_MAX);
	case 'o':
		return is_number(text, 0, 65535);
	case 'p':
		return is_number(text, -32, 32);
	case 's':
		return is_number(text, 0, 16);
	case 't':
		return is_number(text, 0, 15);
	case 'v':
		return is_number(text, 1, 4);
	case 'r': /* RefID: up to four characters */
		return strlen(text) <= 4;
	case 'L':
		return text_is_one_of(text, leap_modes);
	case 'M':
		return text_is_one_of(text, select_modes);
	case 'd':
		return is_decimal(text);
	case 'a':
		return is_address(text);
	case 'A':
		return *text == '/' || is_address(text);
	case 'n':
		return is_network(text);
	default:
		return true;
	}
}

/* The letter of what the option NAME in OPTIONS takes, '\0' when it takes nothing, '?'
 * when it is none of them. *ret_may: it needs nothing behind it. ANY_CASE: as chronyd
 * has it for a source. */
static char
find_option(const char *options, const char *name, bool any_case, bool *ret_may)
{
	size_t length = strlen(name);
	*ret_may = false;
	for (const char *at = options; *at != '\0'; at += strspn(at, " ")) {
		size_t size = strcspn(at, " "), word = strcspn(at, " =");
		if (word == length &&
			(any_case ? strncasecmp : strncmp)(at, name, length) == 0) {
			const char *letter = at + word + (word < size);
			*ret_may = word < size && *letter == '?';
			if (word == size)
				return '\0';
			return letter[*ret_may];
		}
		at += size;
	}
	return '?';
}

/* The word that does not fit, from FIRST on; NULL when all do. */
static const char *
find_strange(const struct time_line *line, const char *options, bool any_case,
	size_t first, long max)
{
	if (line->count == TIME_WORDS_MAX)
		return line->words[line->count - 1];
	for (size_t i = first; i < line->count; i++) {
		bool may;
		char letter = find_option(options, line->words[i], any_case, &may);
		if (letter == '\0' || (may && i + 1 == line->count))
			continue;
		if (letter == '?' || i + 1 == line->count ||
			!fits(line->words[i + 1], letter, max))
			return line->words[i];
		i++;
	}
	return NULL;
}

static bool
takes(const struct directive *directive, const struct time_line *line)
{
	long max = directive->max > 0 ? directive->max : INT_MAX;
	size_t at = 1;
	bool may = false;
	for (const char *letter = directive->arguments; *letter != '\0'; letter++) {
		if (*letter == '?') {
			may = true;
			continue;
		}
		if (at < line->count && fits(line->words[at], *letter, max))
			at++;
		else if (!may)
			return false;
	}
	return at == line->count ||
		(directive->options != NULL &&
			find_strange(line, directive->options, false, at, max) == NULL);
}

bool
time_chrony_knows(const struct time_line *line)
{
	for (size_t i = 0; i < sizeof directives / sizeof *directives; i++)
		if (strcasecmp(line->words[0], directives[i].name) == 0)
			return takes(&directives[i], line);
	return false;
}

enum time_option
time_chrony_options(const struct time_line *line, bool is_clock, size_t first,
	const char **ret_strange)
{
	const char *options = is_clock ? clock_options : source_options;
	enum time_option found = TIME_OPTION_FINE;
	*ret_strange = find_strange(line, options, true, first, INT_MAX);
	if (*ret_strange != NULL)
		return TIME_OPTION_STRANGE;
	for (size_t i = first; i < line->count; i++) {
		bool may;
		if (strcasecmp(line->words[i], "noselect") == 0)
			found = TIME_OPTION_WATCHED;
		else if (strcasecmp(line->words[i], "offline") == 0 &&
			found == TIME_OPTION_FINE)
			found = TIME_OPTION_OFFLINE;
		i += find_option(options, line->words[i], true, &may) != '\0';
	}
	return found;
}
