/* Inputs and hashes of a posted message: kept, read, compared. */
#include "drc/replay.h"

#include <string.h>

#include "drc/buf.h"
#include "drc/digest.h"

#define NAME_MAX_BYTES 160u
#define VALUE_MAX_BYTES 120u
#define STORED_MAX_BYTES 65536u

const char *drc_made_hash(struct drc_arena *a, const void *data, size_t bytes)
{
    char hex[65];
    drc_sha256_hex(data, bytes, hex);
    return drc_arena_strndup(a, hex, DRC_MADE_HASH_CHARS);
}

/* ---- inputs ------------------------------------------------------------------------------- */

static const char *one_line(struct drc_arena *a, const char *s, size_t max)
{
    char *copy = drc_arena_strndup(a, s, strlen(s) < max ? strlen(s) : max);
    for (char *p = copy; *p != '\0'; p++)
        if ((unsigned char)*p < ' ')
            *p = ' ';
    return copy;
}

void drc_inputs_add(struct drc_arena *a, struct drc_inputs *in, const char *name, const char *value)
{
    if (in->count == DRC_INPUTS_MAX)
        return;
    in->list[in->count++] = (struct drc_input_mark){one_line(a, name, NAME_MAX_BYTES),
                                               one_line(a, value, VALUE_MAX_BYTES)};
}

void drc_inputs_add_text(struct drc_arena *a, struct drc_inputs *in, const char *name,
                         const char *text)
{
    drc_inputs_add(a, in, name, drc_made_hash(a, text, strlen(text)));
}

const char *drc_inputs_text(struct drc_arena *a, const struct drc_inputs *in)
{
    struct drc_buf b;
    drc_buf_init(&b, STORED_MAX_BYTES);
    for (size_t i = 0; i < in->count; i++)
        drc_buf_printf(&b, "%s\t%s\n", in->list[i].name, in->list[i].value);
    const char *text = drc_arena_strdup(a, drc_buf_str(&b));
    drc_buf_fini(&b);
    return text;
}

void drc_inputs_read(struct drc_arena *a, const char *text, struct drc_inputs *out)
{
    out->count = 0;
    for (const char *p = text; *p != '\0';) {
        size_t n = strcspn(p, "\n");
        const char *tab = memchr(p, '\t', n);
        if (tab != NULL && tab > p)
            drc_inputs_add(a, out, drc_arena_strndup(a, p, (size_t)(tab - p)),
                           drc_arena_strndup(a, tab + 1, n - (size_t)(tab + 1 - p)));
        p += n + (p[n] == '\n');
    }
}

static const char *value_of(const struct drc_inputs *in, const char *name)
{
    for (size_t i = 0; i < in->count; i++)
        if (strcmp(in->list[i].name, name) == 0)
            return in->list[i].value;
    return NULL;
}

size_t drc_inputs_compare(struct drc_arena *a, const struct drc_inputs *was,
                          const struct drc_inputs *now,
                          struct drc_replay_input out[2 * DRC_INPUTS_MAX])
{
    size_t n = 0;
    (void)a;
    for (size_t i = 0; i < was->count; i++)
        out[n++] = (struct drc_replay_input){was->list[i].name, was->list[i].value,
                                             value_of(now, was->list[i].name)};
    for (size_t i = 0; i < now->count; i++)
        if (value_of(was, now->list[i].name) == NULL)
            out[n++] = (struct drc_replay_input){now->list[i].name, NULL, now->list[i].value};
    return n;
}

bool drc_replay_input_same(const struct drc_replay_input *in)
{
    return in->was != NULL && in->now != NULL && strcmp(in->was, in->now) == 0;
}

size_t drc_replay_changed(const struct drc_replay *r)
{
    size_t n = 0;
    for (size_t i = 0; i < r->input_count; i++)
        n += !drc_replay_input_same(&r->inputs[i]);
    return n;
}

/* ---- outputs ------------------------------------------------------------------------------ */

int drc_made_block(struct drc_arena *a, const char *was, const char *now, const char **block_id)
{
    for (int number = 1; *was != '\0' || *now != '\0'; number++) {
        size_t n = strcspn(was, " "), k = strcspn(now, " ");
        if (n != k || memcmp(was, now, n) != 0) {
            const char *from = n > 0 ? was : now;
            *block_id = drc_arena_strndup(a, from, strcspn(from, ": "));
            return number;
        }
        was += n + (was[n] == ' ');
        now += k + (now[k] == ' ');
    }
    return 0;
}

static bool same(const char *was, const char *now)
{
    return was == NULL || now == NULL ? was == now : strcmp(was, now) == 0;
}

bool drc_replay_same(const struct drc_replay *r)
{
    return r->recorded && r->not_made == NULL && r->rows_same && drc_replay_changed(r) == 0 &&
           same(r->was.message, r->now.message) && same(r->was.svg, r->now.svg) &&
           same(r->was.png, r->now.png) && same(r->was.prompt, r->now.prompt);
}

static const char *hash_line(struct drc_arena *a, const char *name, const char *was,
                             const char *now)
{
    if (was == NULL && now == NULL)
        return drc_arena_printf(a, "%s: none", name);
    if (same(was, now))
        return drc_arena_printf(a, "%s: same", name);
    return drc_arena_printf(a, "%s: differs, was %s now %s", name, was == NULL ? "none" : was,
                            now == NULL ? "none" : now);
}

static const char *message_line(struct drc_arena *a, const struct drc_replay *r)
{
    const char *id = "";
    if (r->was.message == NULL || r->now.message == NULL || same(r->was.message, r->now.message))
        return hash_line(a, "message", r->was.message, r->now.message);
    int block = drc_made_block(a, r->was.blocks, r->now.blocks, &id);
    if (block == 0)
        return "message: differs in the notification";
    return drc_arena_printf(a, "message: differs at block %d (%s)", block, id);
}

static const char *chart_line(struct drc_arena *a, const struct drc_replay *r)
{
    if (same(r->was.svg, r->now.svg) && !same(r->was.png, r->now.png))
        return drc_arena_printf(a, "chart: the SVG is the same, the PNG differs, was %s now %s",
                                r->was.png == NULL ? "none" : r->was.png,
                                r->now.png == NULL ? "none" : r->now.png);
    return hash_line(a, "chart", r->was.svg, r->now.svg);
}

size_t drc_replay_outputs(struct drc_arena *a, const struct drc_replay *r, const char *out[5])
{
    size_t n = 0;
    if (r->rows != NULL)
        out[n++] = drc_arena_printf(a, "rows: %s", r->rows);
    if (r->not_made != NULL) {
        out[n++] = drc_arena_printf(a, "message: not made anew: %s", r->not_made);
        return n;
    }
    if (!r->recorded) {
        out[n++] = "message: not compared: it was posted by a version that kept no hashes";
        return n;
    }
    out[n++] = message_line(a, r);
    out[n++] = chart_line(a, r);
    out[n++] = hash_line(a, "prompt", r->was.prompt, r->now.prompt);
    return n;
}

static const char *input_line(struct drc_arena *a, const struct drc_replay_input *in)
{
    if (drc_replay_input_same(in))
        return drc_arena_printf(a, "%s: same (%s)", in->name, in->now);
    return drc_arena_printf(a, "%s: changed: was %s now %s", in->name,
                            in->was == NULL ? "not used" : in->was,
                            in->now == NULL ? "not used" : in->now);
}

const char *drc_replay_text(struct drc_arena *a, const struct drc_replay *r)
{
    const char *lines[5], *text;
    size_t n = drc_replay_outputs(a, r, lines);
    text = drc_arena_printf(a, "%s %s, made %s\n", r->what, r->id, r->made);
    for (size_t i = 0; i < r->input_count; i++)
        text = drc_arena_printf(a, "%s  %s\n", text, input_line(a, &r->inputs[i]));
    for (size_t i = 0; i < n; i++)
        text = drc_arena_printf(a, "%s%s\n", text, lines[i]);
    for (size_t i = 0; i < r->note_count; i++)
        text = drc_arena_printf(a, "%s%s\n", text, r->notes[i]);
    return text;
}

/* ---- messages ----------------------------------------------------------------------------- */

static const char *verdict(struct drc_arena *a, const struct drc_replay *r)
{
    size_t changed = drc_replay_changed(r);
    if (drc_replay_same(r))
        return drc_arena_printf(a, "Replayed: the same, byte for byte, from the same %zu inputs",
                                r->input_count);
    if (r->not_made != NULL)
        return "It cannot be made anew";
    if (!r->recorded)
        return "It cannot be compared";
    if (changed == 0)
        return "Replayed: it differs, though no input changed";
    return drc_arena_printf(a, "Replayed: %zu of %zu inputs changed since", changed,
                            r->input_count);
}

static void add_inputs(struct drc_arena *a, struct drc_text *t, const struct drc_replay *r,
                       bool all)
{
    for (size_t i = 0; i < r->input_count; i++) {
        const struct drc_replay_input *in = &r->inputs[i];
        bool equal = drc_replay_input_same(in);
        if (equal && !all)
            continue;
        if (t->first != NULL)
            drc_text_add(a, t, DRC_SPAN_PLAIN, "\n");
        drc_text_add(a, t, DRC_SPAN_CODE, in->name);
        if (equal) {
            drc_text_printf(a, t, DRC_SPAN_PLAIN, "  same (%s)", in->now);
            continue;
        }
        drc_text_add(a, t, DRC_SPAN_BOLD, "  changed");
        drc_text_printf(a, t, DRC_SPAN_PLAIN, ": was %s, now %s",
                        in->was == NULL ? "not used" : in->was,
                        in->now == NULL ? "not used" : in->now);
    }
}

static void add_outputs(struct drc_arena *a, struct drc_message *m, const struct drc_replay *r)
{
    const char *lines[5];
    size_t n = drc_replay_outputs(a, r, lines);
    struct drc_block *b = drc_message_add(a, m, DRC_BLOCK_TEXT, "outputs");
    for (size_t i = 0; i < n; i++) {
        size_t name = strcspn(lines[i], ":");
        drc_text_add(a, &b->text, DRC_SPAN_PLAIN, i == 0 ? "" : "\n");
        drc_text_add(a, &b->text, DRC_SPAN_BOLD, drc_arena_strndup(a, lines[i], name));
        drc_text_add(a, &b->text, DRC_SPAN_PLAIN, lines[i] + name);
    }
}

static void add_notes(struct drc_arena *a, struct drc_message *m, const struct drc_replay *r)
{
    struct drc_block *b = drc_message_add(a, m, DRC_BLOCK_CONTEXT, "notes");
    drc_text_printf(a, &b->text, DRC_SPAN_PLAIN, "%s %s \u00b7 made %s", r->what, r->id, r->made);
    for (size_t i = 0; i < r->note_count; i++)
        drc_text_printf(a, &b->text, DRC_SPAN_PLAIN, " \u00b7 %s", r->notes[i]);
}

static struct drc_message *begin(struct drc_arena *a, const struct drc_replay *r)
{
    const char *text = verdict(a, r);
    struct drc_message *m = drc_message_new(a, text);
    struct drc_block *b = drc_message_add(a, m, DRC_BLOCK_TEXT, "verdict");
    drc_text_add(a, &b->text, DRC_SPAN_BOLD, text);
    return m;
}

struct drc_message *drc_compose_replay(struct drc_arena *a, const struct drc_replay *r,
                                       const char *value)
{
    struct drc_message *m = begin(a, r);
    if (drc_replay_changed(r) > 0) {
        struct drc_block *b = drc_message_add(a, m, DRC_BLOCK_TEXT, "changed");
        add_inputs(a, &b->text, r, false);
    }
    add_outputs(a, m, r);
    add_notes(a, m, r);
    struct drc_button *more = drc_arena_alloc(a, sizeof *more);
    *more = (struct drc_button){
        .label = "All inputs", .action_id = "tool:replay-all", .value = value};
    struct drc_block *b = drc_message_add(a, m, DRC_BLOCK_BUTTONS, "more");
    b->buttons = more;
    b->button_count = 1;
    return m;
}

struct drc_message *drc_compose_replay_all(struct drc_arena *a, const struct drc_replay *r)
{
    struct drc_message *m = begin(a, r);
    add_outputs(a, m, r);
    if (r->input_count > 0) {
        struct drc_block *b = drc_message_add(a, m, DRC_BLOCK_TEXT, "inputs");
        add_inputs(a, &b->text, r, true);
    }
    add_notes(a, m, r);
    return m;
}
