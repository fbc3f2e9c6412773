#include <stdlib.h>
#include <strings.h>

#include "enforcer/probe.h"
#include "enforcer/probe_model.h"
#include "policy/models/xinetd/xinetd_conf.h"

static const char *const NAMES[] = { [LIVE_TCP] = "tcp", [LIVE_UDP] = "udp" };

/* Whether it has, or may have, that socket. */
static bool
has_socket(const struct xinetd_service *service, enum live_protocol protocol, long port)
{
	if (service->state == XINETD_STOPPED)
		return false;
	/* of RPC the port is any that was free */
	if (service->port == 0 || service->protocol == NULL)
		return true;
	return service->port == port &&
		strcasecmp(service->protocol, NAMES[protocol]) == 0;
}

static bool
listens(const struct live_listener *listeners, size_t count, long port)
{
	for (size_t i = 0; i < count; i++)
		if (listeners[i].port == port)
			return true;
	return false;
}

static void
compare(const struct xinetd_conf *conf, enum live_protocol protocol,
	const struct live_listener *listeners, size_t count, struct probe *probe)
{
	for (size_t i = 0; i < conf->count; i++) {
		const struct xinetd_service *service = &conf->services[i];
		if (service->state == XINETD_STARTED && service->port != 0 &&
			has_socket(service, protocol, service->port) &&
			!listens(listeners, count, service->port))
			probe_fault(probe, "service %s does not listen at %s port %ld",
				service->name, NAMES[protocol], service->port);
	}
	for (size_t i = 0; i < count; i++) {
		bool wanted = false;
		for (size_t k = 0; k < conf->count && !wanted; k++)
			wanted = has_socket(
				&conf->services[k], protocol, listeners[i].port);
		if (!wanted)
			probe_fault(probe,
				"it listens at %s port %u, where no service is started",
				NAMES[protocol], (unsigned)listeners[i].port);
	}
}

struct sockets {
	struct live_listener *items; /* owned */
	size_t count;
};

/* DATA: the sockets by protocol. */
static void
ask(void *data, struct probe *probe)
{
	const struct sockets *sockets = data;
	struct probe_model model;
	if (probe_model_open(1u << LENS_XINETD, &model) < 0)
		return;
	const struct xinetd_conf *conf = xinetd_conf_of(&model.context);
	probe->works = conf->has_main && conf->problem_count == 0;
	for (int i = 0; i < 2 && probe->works; i++)
		compare(conf, (enum live_protocol)i, sockets[i].items, sockets[i].count,
			probe);
	probe_model_close(&model);
}

void
probe_xinetd(const struct live_list *list, struct probe *ret_probe)
{
	struct sockets sockets[2];
	*ret_probe = (struct probe){ 0 };
	/* of several which one serves what is not known */
	if (list->count != 1)
		return;
	for (int i = 0; i < 2; i++)
		live_listeners(&list->items[0], (enum live_protocol)i, &sockets[i].items,
			&sockets[i].count);
	probe_apart(ask, sockets, ret_probe);
	for (int i = 0; i < 2; i++)
		free(sockets[i].items);
}
