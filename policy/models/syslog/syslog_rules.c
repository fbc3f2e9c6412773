#include "policy/models/syslog/syslog_rules.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/models/rsyslog/rsyslog_expression.h"

struct statement *
block_add(struct block *block, enum statement_type type, const struct file *file,
	size_t offset)
{
	block->items = memory_grow(block->items, block->count, sizeof *block->items);
	struct statement *statement = &block->items[block->count++];
	*statement = (struct statement){ .type = type, .file = file, .offset = offset };
	if (type == STATEMENT_ACTION)
		statement->destination = memory_new(1, sizeof *statement->destination);
	return statement;
}

void
block_move(struct block *block, const struct statement *statement)
{
	block->items = memory_grow(block->items, block->count, sizeof *block->items);
	block->items[block->count++] = *statement;
}

struct statement *
block_add_if(struct block *block, const struct condition *condition,
	const struct file *file, size_t offset)
{
	struct statement *statement = block_add(block, STATEMENT_IF, file, offset);
	statement->condition = memory_new(1, sizeof *statement->condition);
	*statement->condition = *condition;
	statement->branches = memory_new(2, sizeof *statement->branches);
	return statement;
}

void
block_add_nothing(struct block *block, const struct file *file, size_t offset)
{
	struct condition never = { .no = priorities_all() };
	block_add_if(block, &never, file, offset);
}

static void
statement_free(struct statement *statement)
{
	if (statement->destination != NULL) {
		free(statement->destination->name);
		free(statement->destination->port);
		free(statement->destination->doubt);
		free(statement->destination->program);
		free(statement->destination->block);
		free(statement->destination->lost);
		free(statement->destination->owner);
		free(statement->destination->group);
		expression_free(statement->destination->computed);
		free(statement->destination);
	}
	if (statement->branches != NULL) {
		block_free(&statement->branches[0]);
		block_free(&statement->branches[1]);
		free(statement->branches);
	}
	if (statement->condition != NULL)
		expression_free(statement->condition->test);
	free(statement->condition);
	free(statement->text);
}

void
block_cut(struct block *block, size_t index)
{
	while (block->count > index)
		statement_free(&block->items[--block->count]);
}

void
block_free(struct block *block)
{
	block_cut(block, 0);
	free(block->items);
	*block = (struct block){ 0 };
}

struct condition
condition_of_priorities(struct priorities set)
{
	return (struct condition){
		.yes = set,
		.no = priorities_without(priorities_all(), set),
	};
}

void
destination_describe(const struct destination *destination, struct buffer *out)
{
	const char *name = destination->name;
	switch (destination->type) {
	case DESTINATION_FILE:
		buffer_printf(
			out, "%s%s", name, destination->computed != NULL ? "..." : "");
		break;
	case DESTINATION_HOST:
		buffer_printf(out, "%s%s%s%s",
			destination->protocol == PROTOCOL_UDP           ? "@"
				: destination->protocol == PROTOCOL_TCP ? "@@"
									: "relp:",
			name, destination->port != NULL ? ":" : "",
			destination->port != NULL ? destination->port : "");
		break;
	case DESTINATION_PIPE:
		buffer_printf(out, "|%s", name);
		break;
	case DESTINATION_USERS:
		buffer_printf(out, "users %s", name);
		break;
	case DESTINATION_OTHER:
		buffer_text(out, name);
		break;
	}
}
