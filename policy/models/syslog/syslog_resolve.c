/* What can be told only when all of a configuration is read. */
#include <stdlib.h>

#include "base/memory.h"
#include "policy/models/syslog/syslog_conf.h"

static void
resolve_call(struct syslog_conf *conf, struct statement *statement)
{
	statement->ruleset = syslog_conf_find(conf, statement->text);
	if (statement->ruleset < conf->ruleset_count)
		return;
	syslog_conf_reject(conf, statement->file, statement->offset,
		"there is no ruleset '%s'", statement->text);
	statement->type = STATEMENT_IF;
	statement->condition = memory_new(1, sizeof *statement->condition);
	statement->condition->no = priorities_all();
	statement->branches = memory_new(2, sizeof *statement->branches);
}

/* Which rulesets are called, for they may stand behind, and what tests come to, which
 * depends on the modules. */
static void
resolve(struct syslog_conf *conf, struct block *block)
{
	for (size_t i = 0; i < block->count; i++) {
		struct statement *statement = &block->items[i];
		struct expression *test = statement->condition != NULL
			? statement->condition->test
			: NULL;
		if (test != NULL) {
			expression_prepare(test);
			expression_collect(test, &conf->examples);
			*statement->condition = expression_condition(
				test, &conf->facts, NULL);
			statement->condition->test = test;
		}
		if (statement->branches != NULL) {
			resolve(conf, &statement->branches[0]);
			resolve(conf, &statement->branches[1]);
		}
		if (statement->type == STATEMENT_CALL && statement->text != NULL)
			resolve_call(conf, statement);
	}
}

void
syslog_conf_resolve(struct syslog_conf *conf)
{
	for (size_t i = 0; i < conf->ruleset_count; i++)
		resolve(conf, &conf->rulesets[i].body);
}
