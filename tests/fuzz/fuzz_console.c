/* access.conf of any bytes and, behind a line "#login", a stack of login, with one of
 * "common" behind a line "@": both are read and asked, nothing crashes, and the ways that
 * the search over a stack finds are ways that libpam goes. */
#include "base/memory.h"
#include "policy/models/pam/access_conf.h"
#include "policy/models/pam/pam_consults.h"
#include "policy/models/pam/pam_flow.h"
#include "tests/fuzz/world.h"

static int
succeeds(const struct pam_step *step, void *data)
{
	(void)step, (void)data;
	return PAM_VALUE_SUCCESS;
}

static void
walk(const struct context *context)
{
	struct pam_stack stack;
	pam_stack_read(context, "login", &stack);
	for (size_t i = 0; i < PAM_TYPE_COUNT; i++) {
		const struct pam_phase *phase = &stack.phases[i];
		autofree uint32_t *values = memory_new(phase->count + 1, sizeof *values);
		for (size_t k = 0; k < phase->count; k++)
			values[k] = PAM_VALUES_ALL;
		int value = pam_flow_run(phase, succeeds, NULL);
		uint32_t outcomes = pam_flow_outcomes(phase, values);
		if (value < PAM_VALUE_COUNT && value != PAM_VALUE_INCOMPLETE &&
			(outcomes & 1u << value) == 0)
			abort();
		size_t count;
		struct pam_event *way = pam_flow_way(
			phase, values, 1u << PAM_VALUE_SUCCESS, &count);
		for (size_t k = 0; k < count; k++)
			if (way[k].step >= phase->count || way[k].next > phase->count)
				abort();
		free(way);
	}
	pam_stack_free(&stack);
}

static void
ask(const struct context *context)
{
	struct pam_consults consults;
	struct access_settings settings;
	struct access_conf conf;
	struct principals principals;
	struct access_people people;
	pam_stack_consults(context, "login", "account", "pam_access.so", &consults);
	access_settings_read(consults.arguments, &settings);
	access_conf_read(context, &settings, &conf);
	principals_read(context->host, &principals);
	access_people_find(&conf, &principals, NULL, &people);
	autofree struct access_decision *decisions = memory_new(
		people.count, sizeof *decisions);
	access_judge(&conf, &people, "tty1", false, 0, decisions);
	access_judge(&conf, &people, "192.0.2.1", true, 0, decisions);
	for (size_t i = 0; i < people.count; i++)
		if (decisions[i].answer == ACCESS_REFUSED && decisions[i].rule == NULL)
			abort();
	access_people_free(&people);
	principals_free(&principals);
	access_conf_free(&conf);
	pam_consults_free(&consults);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char mark[] = "\n#login\n", common[] = "\n@\n";
	static struct world world;
	struct host *layer = world_layer(&world);
	struct value assume = { .type = VALUE_MAP };
	struct policy policy = { .assume = &assume };
	const struct context context = {
		.host = layer, .parser = world.parser, .policy = &policy
	};
	const char *text = (const char *)data,
		   *cut = memmem(data, size, mark, sizeof mark - 1);
	size_t first = cut != NULL ? (size_t)(cut - text) : size;
	host_put(layer, "/etc/security/access.conf", (struct bytes){ text, first });
	if (cut != NULL) {
		cut += sizeof mark - 1;
		world_put(layer, (struct bytes){ cut, size - (size_t)(cut - text) },
			common, "/etc/pam.d/login", "/etc/pam.d/common");
	} else {
		host_put(layer, "/etc/pam.d/login",
			BYTES_TEXT("account required pam_access.so\n"));
	}
	host_put(layer, "/etc/passwd",
		BYTES_TEXT("root:x:0:0::/:/bin/sh\na:x:1:1::/:/bin/sh\n"));
	host_put(layer, "/etc/group", BYTES_TEXT("g:x:1:a\n"));
	walk(&context);
	ask(&context);
	host_free(layer);
	return 0;
}
