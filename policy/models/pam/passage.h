/* How far a way in is open to somebody, from least to most. */
#ifndef POLICY_MODELS_PASSAGE_H
#define POLICY_MODELS_PASSAGE_H

enum passage {
	PASSAGE_CLOSED, /* refused, whatever he has */
	PASSAGE_LACKING, /* open to who has a key or a password that works, and he has
			    none */
	PASSAGE_UNKNOWN, /* it can't be told */
	PASSAGE_OPEN,
};

#endif
