/* A message as drc thinks of it: blocks in order, text as spans. It knows nothing of Slack; a
 * poster turns it into Block Kit (clients/slack) or terminal text (cli). All memory lives in the
 * arena of the request. */
#ifndef DRC_MESSAGE_H
#define DRC_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drc/arena.h"

enum drc_span_style {
    DRC_SPAN_PLAIN,
    DRC_SPAN_BOLD,
    DRC_SPAN_ITALIC,
    DRC_SPAN_CODE, /* every name from the platform is shown as code: nothing in it is interpreted */
    DRC_SPAN_LINK, /* text + url (http or https only) */
    DRC_SPAN_USER, /* text = the chat service's user id */
    DRC_SPAN_CHANNEL /* text = its id of a channel */
};

struct drc_span {
    enum drc_span_style style;
    const char *text, *url;
    struct drc_span *next;
};

struct drc_text {
    struct drc_span *first, *last;
};

enum drc_block_kind {
    DRC_BLOCK_HEADER,   /* text: one plain span, at most 150 characters */
    DRC_BLOCK_TEXT,     /* a paragraph; spans may hold newlines */
    DRC_BLOCK_FIGURES,  /* fields: pairs of label and value, 2 to 10 */
    DRC_BLOCK_IMAGE,    /* png + alt */
    DRC_BLOCK_CONTEXT,  /* small print */
    DRC_BLOCK_PICKER,   /* a select of entities */
    DRC_BLOCK_BUTTONS,  /* chips or tools: one row */
    DRC_BLOCK_FEEDBACK, /* buttons: the word for, the word against, then any number with an icon */
    DRC_BLOCK_TABLE,    /* columns and rows of plain text */
    DRC_BLOCK_INPUT,    /* a field of a form: windows only; block_id names it */
    DRC_BLOCK_PRE, /* preformatted text (SQL, prompt); may be cut by the poster into several blocks
                    */
    DRC_BLOCK_DIVIDER
};

enum drc_button_style { DRC_BUTTON_PLAIN, DRC_BUTTON_PRIMARY, DRC_BUTTON_DANGER };

struct drc_button {
    const char *label;     /* at most 75 characters */
    const char *action_id; /* "chip:job.explain", "tool:sql", ... */
    const char *value;     /* opaque: run id + " " + entity id; at most 2000 bytes */
    const char *url;       /* NULL, or a link button */
    enum drc_button_style style;
    const char *accessibility; /* NULL, or what a screen reader says */
    const char *confirm;       /* NULL, or what is asked before the press counts; at most 300 */
};

struct drc_option {
    const char *label, *value, *description; /* 75, 150, 75; description may be NULL */
    const char *group; /* NULL, or the label of its group; equal groups are adjacent */
};

struct drc_select {
    const char *action_id, *placeholder;
    const struct drc_option *options; /* at most 100 */
    size_t option_count;
    int selected; /* index, -1 = none */
};

struct drc_table_view {
    const char *const *heads; /* column titles */
    const bool *right;        /* right-aligned columns */
    size_t column_count;
    const char *const *cells; /* row-major, plain text */
    size_t row_count;
};

enum drc_input_kind {
    DRC_INPUT_TEXT,   /* one line */
    DRC_INPUT_MENU,   /* one of `options`, which may be grouped */
    DRC_INPUT_CHOICE, /* one of at most 10 `options`, all in view */
    DRC_INPUT_TIME,   /* "08:00" */
    DRC_INPUT_CHANNEL /* id of a channel */
};

/* Its value comes back in the request's fields under the id of the block. */
struct drc_form_input {
    enum drc_input_kind kind;
    const char *label, *hint; /* hint NULL = none */
    const char *value;        /* filled in; of an option its value; NULL or "": nothing is */
    const char *placeholder;  /* TEXT, CHANNEL; may be NULL */
    const struct drc_option *options; /* MENU, CHOICE */
    size_t option_count;
    size_t max_chars; /* TEXT */
    bool optional;
};

struct drc_block {
    enum drc_block_kind kind;
    const char
        *block_id; /* stable within the message, at most 255 bytes; NULL = poster makes none */
    struct drc_text text;           /* HEADER, TEXT, CONTEXT, PRE (one plain span) */
    const struct drc_text *figures; /* FIGURES: 2 x figure_count: label, value, label, value ... */
    size_t figure_count;
    struct { /* IMAGE */
        const unsigned char *png;
        size_t png_bytes;
        const char *file_name, *title, *alt; /* title NULL = none */
        const char
            *file_ref; /* set once uploaded: the service's file id; lives in the request's state */
    } image;
    struct drc_select select; /* PICKER; BUTTONS may carry one too (option_count > 0): drawn last */
    const struct drc_button *buttons; /* BUTTONS */
    size_t button_count;
    struct drc_table_view table; /* TABLE */
    struct drc_form_input input; /* INPUT */
    struct drc_block *next;
};

struct drc_message {
    const char *summary; /* the notification; never empty; its first 100 characters say it all */
    const char *metadata_id; /* request key: found again after a crash; NULL = none */
    struct drc_block *first, *last;
    size_t block_count;
    bool degraded; /* set by a poster: only a part of it was taken */
};

/* Builders: add at the end, return what was added. Strings are copied and cleaned (drc_utf8_clean).
 */
struct drc_message *drc_message_new(struct drc_arena *a, const char *summary);
struct drc_block *drc_message_add(struct drc_arena *a, struct drc_message *m,
                                  enum drc_block_kind kind, const char *block_id);
void drc_text_add(struct drc_arena *a, struct drc_text *t, enum drc_span_style style,
                  const char *text);
void drc_text_printf(struct drc_arena *a, struct drc_text *t, enum drc_span_style style,
                     const char *fmt, ...) __attribute__((format(printf, 4, 5)));
void drc_text_link(struct drc_arena *a, struct drc_text *t, const char *text, const char *url);

/* Moves the spans of `more` to the end of t. */
void drc_text_join(struct drc_text *t, const struct drc_text *more);

/* Plain text of spans, without marks. */
char *drc_text_plain(struct drc_arena *a, const struct drc_text *t);

#endif
