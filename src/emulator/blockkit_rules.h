/* The shapes of Block Kit, between blockkit_rules.c (data) and blockkit.c (the judge). */
#ifndef EMU_BLOCKKIT_RULES_H
#define EMU_BLOCKKIT_RULES_H

#include <stdbool.h>

enum rule_kind {
    R_STRING, /* min..max code points */
    R_BOOL,
    R_INT,     /* min..max */
    R_ENUM,    /* arg: words separated by blanks */
    R_PLAIN,   /* plain_text object, text min..max */
    R_TEXT,    /* plain_text or mrkdwn object, text min..max */
    R_TEXTS,   /* array of text objects: max of them, each at most 2000 */
    R_SHAPE,   /* one object of the shape `arg` (no type member) */
    R_SHAPES,  /* array of those, min..max */
    R_TYPED,   /* one object whose type is in the family `arg` */
    R_TYPEDS,  /* array of those, min..max */
    R_FILE,    /* slack_file: id xor url */
    R_STRINGS, /* array of strings, min..max */
    R_ROWS,    /* of a table: rows of cells, min..max rows */
    R_OBJECT   /* any object */
};

struct rule {
    const char *name;
    enum rule_kind kind;
    bool required;
    long min, max;
    const char *arg;
};

struct shape {
    const char *name;         /* value of `type`, or the shape's own name */
    const char *families;     /* where it may stand: words separated by blanks */
    unsigned surfaces;        /* enum emu_surface bits; 0 = every */
    const char *exactly_one;  /* words: exactly one of these members must be there; NULL */
    const char *at_least_one; /* words; NULL */
    const struct rule *rules; /* ended by a NULL name */
};

extern const struct shape blockkit_shapes[]; /* ended by a NULL name */

#endif
