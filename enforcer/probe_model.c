#include "enforcer/probe_model.h"

int
probe_model_open(unsigned lenses, struct probe_model *model)
{
	*model = (struct probe_model){ 0 };
	model->context.policy = &model->policy;
	model->context.host = host_open("/", NULL);
	model->context.parser = parser_new(HOLDFAST_LENSES, NULL);
	if (model->context.host != NULL && model->context.parser != NULL &&
		parser_prepare(model->context.parser, lenses, NULL) == 0)
		return 0;
	probe_model_close(model);
	return -1;
}

void
probe_model_close(struct probe_model *model)
{
	parser_free(model->context.parser);
	host_free(model->context.host);
}
