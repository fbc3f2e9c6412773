/* The actions of old: /file, @host, :module:..., users. Sources: parseSelectorAct of
 * omfile, omfwd, omusrmsg, ompipe and ommail, cflineParseTemplateName() and
 * cflineDoAction() of runtime/conf.c, of rsyslog 8.2302. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/models/rsyslog/rsyslog_action.h"

/* ";template" or nothing, and a comment, is what may follow a name. Returns -1 when
 * rsyslogd refuses the action. */
static int
check_rest(const struct reader *reader, const char *rest, struct destination *destination,
	struct error *err)
{
	rest += strspn(rest, " \t\r\f");
	if (*rest == ';')
		rest++;
	else if (*rest != '\0' && *rest != '#')
		return error_set(
			err, "';template' is expected behind the name, not '%s'", rest);
	rest += strspn(rest, " \t\r\f");
	autofree char *name = memory_copy(rest, strcspn(rest, "# \t\r\f"));
	return *name != '\0' ? action_use_template(reader, name, destination, err)
			     : action_use_default_template(reader, destination, err);
}

static int
read_file(const struct reader *reader, const char *text, struct destination *destination,
	struct error *err)
{
	bool computed = *text == '?';
	text += computed;
	size_t length = strcspn(text, "; ");
	autofree char *name = memory_copy(text, length);
	destination->type = DESTINATION_FILE;
	if (check_rest(reader, text + length, destination, err) < 0)
		return -1;
	if (computed)
		return action_set_computed(reader, name, destination, err);
	destination->name = memory_text(name);
	return 0;
}

static int
read_channel(const struct reader *reader, const char *text,
	struct destination *destination, struct error *err)
{
	autofree char *name = memory_copy(text, strcspn(text, "; \t"));
	const char *file = table_get(&reader->channels, name);
	if (file == NULL)
		return error_set(err, "there is no output channel '%s'", name);
	destination->type = DESTINATION_FILE;
	destination->name = memory_text(file);
	if (table_get(&reader->limited, name) != NULL)
		action_doubt(destination,
			"its file is closed when it has its size, unless the "
			"command of its $outchannel helps");
	return action_use_default_template(reader, destination, err);
}

/* [address] or name, then :port. Returns what follows. */
static const char *
read_target(const char *p, struct destination *destination)
{
	size_t length;
	destination->type = DESTINATION_HOST;
	if (*p == '[') {
		length = strcspn(++p, "]");
		destination->name = memory_copy(p, length);
		p += length;
		p += *p == ']';
	} else {
		/* a blank does not end the name: it becomes one that nobody has */
		length = strcspn(p, ";:#");
		destination->name = memory_copy(p, length);
		p += length;
	}
	if (*p == ':') {
		length = strspn(++p, "0123456789");
		destination->port = memory_copy(p, length);
		p += length;
	}
	return p + strcspn(p, ";# \t\r\f");
}

static int
read_host(const struct reader *reader, const char *p, struct destination *destination,
	struct error *err)
{
	destination->protocol = PROTOCOL_UDP;
	if (*p == '@') {
		destination->protocol = PROTOCOL_TCP;
		p++;
	}
	if (*p == '(') {
		p += strcspn(p, ")");
		p += *p == ')';
	}
	p = read_target(p, destination);
	return check_rest(reader, p, destination, err);
}

/* parseSelectorAct() of ommail.c: the sender stays, each action takes the recipients. */
static int
take_mail(struct reader *reader, struct error *err)
{
	if (!reader->mail_from)
		return error_set(err, "no $ActionMailFrom before it");
	if (!reader->mail_to)
		return error_set(err, "no $ActionMailTo before it");
	reader->mail_to = false;
	return 0;
}

/* :module:rest */
static int
read_module(struct reader *reader, const char *text, struct destination *destination,
	struct error *err)
{
	size_t length = strcspn(text + 1, ":");
	autofree char *module = memory_copy(text + 1, length);
	const char *rest = text + length + 2;
	if (strcmp(module, "omfile") == 0) {
		rest += *rest == '-';
		return *rest == '$' ? read_channel(reader, rest + 1, destination, err)
				    : read_file(reader, rest, destination, err);
	}
	if (strcmp(module, "omusrmsg") == 0) {
		destination->type = DESTINATION_USERS;
		destination->name = memory_copy(rest, strcspn(rest, ";"));
		return check_rest(
			reader, rest + strlen(destination->name), destination, err);
	}
	if (!action_is_loaded(reader, module))
		return error_set(err, "module %s is not loaded before it", module);
	if (strcmp(module, "omrelp") == 0) {
		destination->protocol = PROTOCOL_RELP;
		rest = read_target(rest, destination);
		return check_rest(reader, rest, destination, err);
	}
	if (strcmp(module, "ommail") == 0 && take_mail(reader, err) < 0)
		return -1;
	destination->type = DESTINATION_OTHER;
	destination->name = memory_text(module);
	return 0;
}

int
action_read_legacy(struct reader *reader, const char *text,
	struct destination *destination, struct error *err)
{
	size_t length;
	switch (*text) {
	case '@':
		return read_host(reader, text + 1, destination, err);
	case ':':
		return read_module(reader, text, destination, err);
	case '-':
		if (text[1] != '/' && text[1] != '.' && text[1] != '?')
			return error_set(err, "no action begins with '-%c'", text[1]);
		return read_file(reader, text + 1, destination, err);
	case '/':
	case '.':
	case '?':
		return read_file(reader, text, destination, err);
	case '|':
		length = strcspn(text + 1, "; ");
		destination->type = DESTINATION_PIPE;
		destination->name = memory_copy(text + 1, length);
		return check_rest(reader, text + 1 + length, destination, err);
	case '^':
		destination->type = DESTINATION_OTHER;
		destination->name = memory_text(text);
		return 0;
	case '>':
		return error_set(err, "module ommysql is not loaded before it");
	default:
		break;
	}
	length = strcspn(text, ";");
	destination->type = DESTINATION_USERS;
	destination->name = memory_copy(text, length);
	return check_rest(reader, text + length, destination, err);
}
