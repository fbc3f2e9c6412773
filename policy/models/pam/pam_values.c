#include "policy/models/pam/pam_values.h"

#include <fnmatch.h>
#include <string.h>

#include "base/memory.h"
#include "policy/models/pam/pam_line.h"
#include "policy/models/pam/pam_module.h"

static const uint32_t passes = 1u << PAM_VALUE_SUCCESS | 1u << PAM_VALUE_NEW_PASSWORD;

/* Sources: Linux-PAM 1.5.2 modules/pam_permit, pam_deny, pam_warn and pam_nologin;
 * pam_holdfast(8). The same in the auth and the account phase. */
static const struct {
	const char *name;
	uint32_t values;
	const char *unless; /* an argument with which any value is possible */
} modules[] = {
	{ "pam_permit.so", 1u << PAM_VALUE_SUCCESS | 1u << PAM_VALUE_NO_MODULE, NULL },
	{ "pam_deny.so", ~(passes | 1u << PAM_VALUE_IGNORE), NULL },
	{ "pam_warn.so", 1u << PAM_VALUE_IGNORE | 1u << PAM_VALUE_NO_MODULE, NULL },
	{ "pam_nologin.so", ~passes, "successok" },
	{ "pam_holdfast.so", ~passes, NULL },
};

/* Where distributions have libpam's modules, one folder more for each of several
 * machines; NixOS and Guix name them by path. */
static bool
is_of_system(const char *path)
{
	static const char *const patterns[] = { "/lib/security/*", "/usr/lib/security/*",
		"/lib/security/$ISA/*", "/usr/lib/security/$ISA/*", "/lib64/security/*",
		"/usr/lib64/security/*", "/lib/*-linux-*/security/*",
		"/usr/lib/*-linux-*/security/*", NULL };
	const char *const *pattern = patterns;
	if (strncmp(path, "/nix/store/", 11) == 0 ||
		strncmp(path, "/gnu/store/", 11) == 0)
		return strstr(path, "/security/") != NULL;
	while (*pattern != NULL && fnmatch(*pattern, path, FNM_PATHNAME) != 0)
		pattern++;
	return *pattern != NULL;
}

/* Debian looks for a bare name in two folders, others in one. */
bool
pam_values_is(const struct pam_step *step, const char *name)
{
	const char *path = step->module, *slash = strrchr(path, '/');
	return step->kind == PAM_STEP_MODULE &&
		strcmp(slash ? slash + 1 : path, name) == 0 &&
		(slash == NULL || is_of_system(path));
}

uint32_t
pam_values_of(const struct pam_step *step)
{
	for (size_t i = 0; i < sizeof modules / sizeof *modules; i++)
		if (pam_values_is(step, modules[i].name) &&
			(modules[i].unless == NULL ||
				strstr(step->arguments, modules[i].unless) == NULL))
			return modules[i].values;
	return PAM_VALUES_ALL;
}

uint32_t
pam_values_there(struct host *host, const struct pam_step *step, uint32_t values)
{
	const char *why;
	if (step->kind != PAM_STEP_MODULE)
		return values;
	switch (pam_module_look(host, step->module, &why)) {
	case PAM_MODULE_MISSING:
		return 1u << PAM_VALUE_NO_MODULE;
	case PAM_MODULE_UNSURE:
		return values | 1u << PAM_VALUE_NO_MODULE;
	case PAM_MODULE_THERE:
		break;
	}
	return values;
}

char *
pam_values_service(const struct pam_step *step)
{
	autofree char *text = memory_text(step->arguments);
	char *rest = text;
	if (!pam_values_is(step, "pam_stack.so"))
		return NULL;
	for (const char *word = pam_line_word(&rest); word != NULL;
		word = pam_line_word(&rest))
		if (strncmp(word, "service=", 8) == 0)
			return memory_text(word + 8);
	return NULL;
}
