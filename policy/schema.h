/* The JSON Schema of desired-state files, for editors. */
#ifndef POLICY_SCHEMA_H
#define POLICY_SCHEMA_H

/* A schema made from the key tables, for a desired state or an overlay: draft-07, which
 * yaml-language-server reads. It takes a boolean or a number where text is meant, because
 * an editor types scalars. The caller frees. */
char *
schema_text(void);

#endif
