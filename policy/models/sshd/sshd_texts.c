/* Each pattern is an automaton whose states are the places in it; all of them read one
 * text together. What they can be in together is walked breadth first, so that each
 * combination of matches is found with a shortest text. */
#include "policy/models/sshd/sshd_texts.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/memory.h"
#include "base/table.h"

enum {
	UNIT = 64, /* places that are looked at for one of the budget */
	MEMORY_MAX = 4 << 20, /* bytes of states */
};

struct walk {
	char *const *patterns;
	size_t count;
	size_t places; /* of all patterns, their ends among them */
	char letters[257]; /* those that patterns name, and one that none names */
	struct table known; /* sets of places */
	struct table found; /* sets of patterns that match */
	struct state {
		bool *at; /* for each place whether it is reached */
		char *text;
	} * states;
	size_t state_count;
	struct sshd_texts texts;
	size_t max;
};

static char *
key_of(const bool *flags, size_t count)
{
	char *key = memory_new(count + 1, 1);
	for (size_t i = 0; i < count; i++)
		key[i] = flags[i] ? '1' : '0';
	return key;
}

/* Reaches PLACE, and those behind the stars that stand there. */
static void
reach(bool *at, const char *pattern, size_t place)
{
	at[place] = true;
	while (pattern[place] == '*')
		at[++place] = true;
}

static void
note_matches(struct walk *walk, const struct state *state)
{
	autofree bool *matches = memory_new(walk->count, sizeof *matches);
	const bool *at = state->at;
	for (size_t i = 0; i < walk->count; i++) {
		size_t length = strlen(walk->patterns[i]);
		matches[i] = at[length];
		at += length + 1;
	}
	autofree char *key = key_of(matches, walk->count);
	if (table_get(&walk->found, key) != NULL)
		return;
	table_set(&walk->found, key, walk);
	if (walk->texts.count == walk->max) {
		walk->texts.complete = false;
		return;
	}
	walk->texts.items = memory_grow(
		walk->texts.items, walk->texts.count, sizeof *walk->texts.items);
	walk->texts.items[walk->texts.count++] = memory_text(state->text);
}

/* Adds the state AT (taken), in which TEXT leaves the patterns. */
static void
add_state(struct walk *walk, bool *at, char *text)
{
	autofree char *key = key_of(at, walk->places);
	bool first = *text == '\0'; /* a text that leads back here is not an empty one */
	if (table_get(&walk->known, key) != NULL) {
		free(at);
		free(text);
		return;
	}
	if (!first)
		table_set(&walk->known, key, walk);
	walk->states = memory_grow(walk->states, walk->state_count, sizeof *walk->states);
	walk->states[walk->state_count++] = (struct state){ at, text };
	if (!first)
		note_matches(walk, &walk->states[walk->state_count - 1]);
}

static void
read_letter(struct walk *walk, size_t from, char letter)
{
	bool *to = memory_new(walk->places, sizeof *to);
	const bool *at = walk->states[from].at;
	size_t base = 0;
	for (size_t i = 0; i < walk->count; i++) {
		const char *pattern = walk->patterns[i];
		size_t length = strlen(pattern);
		for (size_t k = 0; k < length; k++) {
			if (!at[base + k])
				continue;
			if (pattern[k] == '*')
				reach(to + base, pattern, k);
			else if (pattern[k] == '?' || pattern[k] == letter)
				reach(to + base, pattern, k + 1);
		}
		base += length + 1;
	}
	char *text = memory_printf("%s%c", walk->states[from].text, letter);
	add_state(walk, to, text);
}

static void
find_letters(struct walk *walk)
{
	static const char others[] = "xyzabcdefghijklmnopqrstuvw0123456789-._";
	bool used[256] = { false };
	size_t count = 0;
	for (size_t i = 0; i < walk->count; i++)
		for (const char *p = walk->patterns[i]; *p != '\0'; p++)
			used[(unsigned char)*p] = *p != '*' && *p != '?';
	for (const char *p = others; *p != '\0' && count == 0; p++)
		if (!used[(unsigned char)*p])
			walk->letters[count++] = *p;
	if (count == 0)
		walk->texts.complete = false;
	for (int i = 1; i < 256; i++)
		if (used[i])
			walk->letters[count++] = (char)i;
}

struct sshd_texts
sshd_texts_find(char *const *patterns, size_t count, size_t max, size_t *budget)
{
	struct walk walk = {
		.patterns = patterns, .count = count, .max = max, .texts.complete = true
	};
	for (size_t i = 0; i < count; i++)
		walk.places += strlen(patterns[i]) + 1;
	find_letters(&walk);
	bool *start = memory_new(walk.places, sizeof *start);
	size_t base = 0, cost = walk.places / UNIT + 1;
	for (size_t i = 0; i < count; i++) {
		reach(start + base, patterns[i], 0);
		base += strlen(patterns[i]) + 1;
	}
	add_state(&walk, start, memory_text(""));
	for (size_t i = 0; i < walk.state_count && walk.texts.complete; i++)
		for (const char *p = walk.letters; *p != '\0'; p++) {
			if (*budget <= cost ||
				walk.state_count * walk.places > MEMORY_MAX) {
				walk.texts.complete = false;
				break;
			}
			*budget -= cost;
			read_letter(&walk, i, *p);
		}
	for (size_t i = 0; i < walk.state_count; i++) {
		free(walk.states[i].at);
		free(walk.states[i].text);
	}
	free(walk.states);
	table_free(&walk.known);
	table_free(&walk.found);
	return walk.texts;
}

void
sshd_texts_free(struct sshd_texts *texts)
{
	for (size_t i = 0; i < texts->count; i++)
		free(texts->items[i]);
	free(texts->items);
	*texts = (struct sshd_texts){ 0 };
}
