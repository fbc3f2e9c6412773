/* pam_ask: reads lines "ROOT SERVICE TYPE" from standard input and prints for each what
 * the model of the stack says, as one line: the marks of the modules that are asked, in
 * order, then "= VALUE", what libpam returns; "refused" when libpam gives the stack up;
 * "unsure". "impossible" follows a value that the search over all that the modules could
 * return does not find. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/models/pam/pam_flow.h"
#include "policy/models/pam/pam_line.h"
#include "policy/models/pam/pam_values.h"

/* What pam_deny.so answers in these phases. */
enum {
	PAM_VALUE_SESSION_ERR = 14,
	PAM_VALUE_AUTHTOK_ERR = 20,
};

struct run {
	struct host *host;
	enum pam_type type;
	struct buffer marks;
	bool is_odd; /* a module returned what is no value of libpam's */
};

/* Whether a module is there is the model's to say. That of the test says by its arguments
 * what its mark is and what it returns. */
static int
returns(const struct pam_step *step, void *data)
{
	struct run *run = data;
	const char *slash = strrchr(step->module, '/');
	const char *name = slash ? slash + 1 : step->module;
	autofree char *arguments = memory_text(step->arguments);
	char *rest = arguments;
	if (pam_values_there(run->host, step, 0) == 1u << PAM_VALUE_NO_MODULE)
		return PAM_VALUE_NO_MODULE;
	if (strcmp(name, "pam_permit.so") == 0)
		return PAM_VALUE_SUCCESS;
	if (strcmp(name, "pam_deny.so") == 0)
		return run->type == PAM_TYPE_SESSION     ? PAM_VALUE_SESSION_ERR
			: run->type == PAM_TYPE_PASSWORD ? PAM_VALUE_AUTHTOK_ERR
							 : PAM_VALUE_AUTH_ERR;
	const char *mark = pam_line_word(&rest), *value = pam_line_word(&rest);
	buffer_printf(&run->marks, "%s ", mark ? mark : "-");
	int number = value ? (int)strtol(value, NULL, 10) : PAM_VALUE_SUCCESS;
	run->is_odd = run->is_odd || number < 0 || number >= PAM_VALUE_COUNT;
	return number;
}

static void
answer(const struct context *context, const char *service, const char *type)
{
	struct pam_stack stack;
	struct run run = { .host = context->host, .type = pam_type_find(type) };
	pam_stack_read(context, service, &stack);
	const struct pam_phase *phase = &stack.phases[run.type];
	if (pam_stack_fault(&stack, PAM_FAULT_REFUSED) != NULL) {
		printf("refused\n");
	} else if (pam_stack_fault(&stack, PAM_FAULT_UNSURE) != NULL) {
		printf("unsure %s\n", pam_stack_fault(&stack, PAM_FAULT_UNSURE)->reason);
	} else {
		int value = pam_flow_run(phase, returns, &run);
		/* pam_chauthtok(3) first asks whether all could, then has them do it */
		if (run.type == PAM_TYPE_PASSWORD && value == PAM_VALUE_SUCCESS)
			value = pam_flow_run(phase, returns, &run);
		autofree uint32_t *values = memory_new(phase->count + 1, sizeof *values);
		for (size_t i = 0; i < phase->count; i++)
			values[i] = pam_values_there(
				context->host, &phase->steps[i], PAM_VALUES_ALL);
		bool possible = run.is_odd || value == PAM_VALUE_INCOMPLETE ||
			(pam_flow_outcomes(phase, values) & 1u << value) != 0;
		printf("%s= %d%s\n", run.marks.data ? run.marks.data : "", value,
			possible ? "" : " impossible");
	}
	buffer_free(&run.marks);
	pam_stack_free(&stack);
}

int
main(void)
{
	char line[4096];
	struct error err = ERROR_INIT;
	struct entry version = {
		.key = (char *)"pam",
		.value = { .type = VALUE_TEXT, .text = (char *)"1.5.2" },
	};
	struct value assume = { .type = VALUE_MAP, .entries = &version, .count = 1 };
	struct policy policy = { .assume = &assume };
	while (fgets(line, sizeof line, stdin) != NULL) {
		char *rest = line;
		const char *root = pam_line_word(&rest), *service = pam_line_word(&rest),
			   *type = pam_line_word(&rest);
		struct host *host = root && service && type ? host_open(root, &err)
							    : NULL;
		if (host == NULL)
			break;
		answer(&(struct context){ .host = host, .policy = &policy }, service,
			type);
		fflush(stdout);
		host_free(host);
	}
	if (err.text != NULL)
		fprintf(stderr, "%s\n", err.text);
	return err.text != NULL;
}
