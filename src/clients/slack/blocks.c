/* Messages to Block Kit. Limits: docs.slack.dev, Block Kit reference; counted in code points. */
#include <stdlib.h>
#include <string.h>

#include "drc/fmt.h"
#include "drc/jsonx.h"
#include "drc/slack.h"
#include "drc/utf8.h"

enum {
    BLOCKS_MESSAGE = 50,
    BLOCKS_VIEW = 100,
    HEADER_CHARS = 150,
    SECTION_CHARS = 2900, /* 3,000 less a reserve: failures were seen just below it */
    FIELD_CHARS = 1900,
    FIELDS = 10,
    CONTEXT_CHARS = 1900,
    ALT_CHARS = 1900,
    BUTTON_CHARS = 75,
    BUTTON_VALUE = 2000,
    OPTION_CHARS = 75,
    OPTION_VALUE = 150,
    OPTIONS = 100,
    PLACEHOLDER_CHARS = 150,
    LABEL_CHARS = 2000,
    CHOICES = 10,
    TYPED_CHARS = 3000,
    ID_CHARS = 50,
    CONFIRM_TITLE = 100,
    CONFIRM_TEXT = 300,
    CONFIRM_BUTTON = 30,
    ACTION_ID = 255,
    ELEMENTS = 25,
    PRE_CHARS = 2900,
    TABLE_ROWS = 100,
    TABLE_COLUMNS = 20,
    MESSAGE_CHARS = 11000 /* over all blocks; Slack refuses from about 13,200 */
};

struct build {
    struct drc_arena *a;
    json_t *blocks;
    bool modal;
    size_t chars; /* spent of MESSAGE_CHARS */
    struct drc_err *err;
};

static const char *cut(struct build *b, const char *s, size_t max_chars)
{
    return drc_utf8_clean(b->a, s, strlen(s), max_chars, false);
}

/* emoji:false where a platform's name may hold ":smile:". */
static json_t *plain(struct build *b, const char *s, size_t max_chars)
{
    const char *text = cut(b, s, max_chars);
    b->chars += drc_utf8_count(text);
    return json_pack("{s:s, s:o, s:b}", "type", "plain_text", "text",
                     drc_json_text(*text == '\0' ? " " : text), "emoji", 0);
}

static json_t *mrkdwn(struct build *b, const char *text)
{
    b->chars += drc_utf8_count(text);
    return json_pack("{s:s, s:o, s:b}", "type", "mrkdwn", "text", drc_json_text(text), "verbatim",
                     1);
}

/* `part`: blocks that are split get ids of their own. */
static void push(struct build *b, json_t *block, const char *block_id, int part)
{
    if (block_id != NULL)
        json_object_set_new(
            block, "block_id",
            drc_json_text(part == 0 ? block_id
                                    : drc_arena_printf(b->a, "%s-%d", block_id, part + 1)));
    json_array_append_new(b->blocks, block);
}

/* How many bytes of s fit into max_chars, ending behind a line or a blank where there is one. */
static size_t piece(const char *s, size_t max_chars)
{
    size_t chars = 0, bytes = 0, soft = 0;
    unsigned cp;
    for (int n; chars < max_chars && (n = drc_utf8_next(s + bytes, &cp)) > 0; chars++) {
        bytes += (size_t)n;
        if (cp == '\n' || (cp == ' ' && (soft == 0 || s[soft - 1] != '\n')))
            soft = bytes;
    }
    return s[bytes] == '\0' || soft < bytes / 2 ? bytes : soft;
}

/* As piece, for mrkdwn: an escape, a link or a mention stays whole, half of one would be shown as
 * it stands. */
static size_t mrkdwn_piece(const char *s, size_t max_chars)
{
    size_t n = piece(s, max_chars), start = n;
    if (s[n] == '\0')
        return n;
    while (start > 0 && s[start - 1] != '<' && s[start - 1] != '>')
        start--;
    if (start > 1 && s[start - 1] == '<')
        return start - 1;
    for (start = n; start > 1 && n - start < 5; start--)
        if (s[start - 1] == '&' && memchr(s + start, ';', n - start) == NULL)
            return start - 1;
    return n;
}

static void add_text(struct build *b, const struct drc_block *block)
{
    const char *s = drc_slack_mrkdwn(b->a, &block->text);
    for (int part = 0; *s != '\0'; part++) {
        size_t n = mrkdwn_piece(s, SECTION_CHARS);
        const char *text = drc_arena_strndup(b->a, s, n);
        push(b,
             json_pack("{s:s, s:o, s:b}", "type", "section", "text", mrkdwn(b, text), "expand", 1),
             block->block_id, part);
        s += n;
    }
}

static void add_pre(struct build *b, const struct drc_block *block)
{
    const char *s = drc_text_plain(b->a, &block->text);
    for (int part = 0; *s != '\0'; part++) {
        size_t n = piece(s, PRE_CHARS);
        const char *text = drc_arena_strndup(b->a, s, n);
        b->chars += drc_utf8_count(text);
        json_t *run = json_pack("{s:s, s:o}", "type", "text", "text", drc_json_text(text));
        json_t *pre = json_pack("{s:s, s:[o]}", "type", "rich_text_preformatted", "elements", run);
        push(b, json_pack("{s:s, s:[o]}", "type", "rich_text", "elements", pre), block->block_id,
             part);
        s += n;
    }
}

static void add_figures(struct build *b, const struct drc_block *block)
{
    json_t *fields = json_array();
    for (size_t i = 0; i < block->figure_count && i < FIELDS; i++) {
        struct drc_text label = {NULL, NULL};
        drc_text_add(b->a, &label, DRC_SPAN_BOLD, drc_text_plain(b->a, &block->figures[2 * i]));
        const char *text = drc_arena_printf(b->a, "%s\n%s", drc_slack_mrkdwn(b->a, &label),
                                            drc_slack_mrkdwn(b->a, &block->figures[2 * i + 1]));
        text = drc_arena_strndup(b->a, text, mrkdwn_piece(text, FIELD_CHARS));
        json_array_append_new(fields, mrkdwn(b, text));
    }
    if (json_array_size(fields) == 0)
        json_decref(fields);
    else
        push(b, json_pack("{s:s, s:o}", "type", "section", "fields", fields), block->block_id, 0);
}

static void add_context(struct build *b, const struct drc_block *block)
{
    const char *text = drc_slack_mrkdwn(b->a, &block->text);
    text = drc_arena_strndup(b->a, text, mrkdwn_piece(text, CONTEXT_CHARS));
    if (*text != '\0')
        push(b, json_pack("{s:s, s:[o]}", "type", "context", "elements", mrkdwn(b, text)),
             block->block_id, 0);
}

static void add_image(struct build *b, const struct drc_block *block)
{
    if (block->image.file_ref == NULL)
        return;
    const char *alt = cut(b, block->image.alt == NULL ? "chart" : block->image.alt, ALT_CHARS);
    b->chars += drc_utf8_count(alt);
    json_t *j =
        json_pack("{s:s, s:{s:s}, s:o}", "type", "image", "slack_file", "id", block->image.file_ref,
                  "alt_text", drc_json_text(*alt == '\0' ? "chart" : alt));
    if (block->image.title != NULL)
        json_object_set_new(j, "title", plain(b, block->image.title, ALT_CHARS));
    push(b, j, block->block_id, 0);
}

static json_t *option(struct build *b, const struct drc_option *o)
{
    json_t *j = json_pack("{s:o, s:o}", "text", plain(b, o->label, OPTION_CHARS), "value",
                          drc_json_text(o->value));
    if (o->description != NULL)
        json_object_set_new(j, "description", plain(b, o->description, OPTION_CHARS));
    return j;
}

static int check_option(struct build *b, const struct drc_option *o)
{
    size_t n = strlen(o->value);
    if (n == 0 || n > OPTION_VALUE)
        return drc_err_set(b->err, DRC_ERR_LIMIT,
                           "an option value has %zu characters, Slack takes 1 to %d", n,
                           OPTION_VALUE);
    return 0;
}

static void add_options(struct build *b, const struct drc_select *s, json_t *element)
{
    json_t *flat = json_array(), *groups = json_array(), *group = NULL;
    const char *label = NULL;
    for (size_t i = 0; i < s->option_count; i++) {
        const struct drc_option *o = &s->options[i];
        if (o->group == NULL) {
            json_array_append_new(flat, option(b, o));
            continue;
        }
        if (label == NULL || strcmp(label, o->group) != 0) {
            label = o->group;
            group = json_array();
            json_array_append_new(
                groups,
                json_pack("{s:o, s:o}", "label", plain(b, label, OPTION_CHARS), "options", group));
        }
        json_array_append_new(group, option(b, o));
    }
    bool grouped = json_array_size(groups) > 0;
    json_object_set(element, grouped ? "option_groups" : "options", grouped ? groups : flat);
    json_decref(flat);
    json_decref(groups);
}

/* NULL with LIMIT where it cannot stand. The text of options is not shown at once, so it does not
 * count as message text. */
static json_t *select_element(struct build *b, const struct drc_select *s)
{
    if (s->option_count == 0 || s->option_count > OPTIONS) {
        drc_err_set(b->err, DRC_ERR_LIMIT, "a menu has %zu options, Slack takes 1 to %d",
                    s->option_count, OPTIONS);
        return NULL;
    }
    for (size_t i = 0; i < s->option_count; i++)
        if (check_option(b, &s->options[i]) < 0)
            return NULL;
    size_t before = b->chars;
    json_t *e = json_pack("{s:s, s:o, s:o}", "type", "static_select", "action_id",
                          drc_json_text(s->action_id), "placeholder",
                          plain(b, s->placeholder, PLACEHOLDER_CHARS));
    add_options(b, s, e);
    if (s->selected >= 0 && (size_t)s->selected < s->option_count)
        json_object_set_new(e, "initial_option", option(b, &s->options[s->selected]));
    b->chars = before + 80;
    return e;
}

/* "Delete" and "Cancel" under the question. */
static json_t *confirm(struct build *b, const struct drc_button *x)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:s}", "title", plain(b, x->label, CONFIRM_TITLE),
                     "text", plain(b, x->confirm, CONFIRM_TEXT), "confirm",
                     plain(b, x->label, CONFIRM_BUTTON), "deny", plain(b, "Cancel", CONFIRM_BUTTON),
                     "style", x->style == DRC_BUTTON_DANGER ? "danger" : "primary");
}

static json_t *button(struct build *b, const struct drc_button *x)
{
    if (strlen(x->action_id) > ACTION_ID || (x->value != NULL && strlen(x->value) > BUTTON_VALUE)) {
        drc_err_set(b->err, DRC_ERR_LIMIT,
                    "the button '%.60s' has an id over %d or a value over %d characters", x->label,
                    ACTION_ID, BUTTON_VALUE);
        return NULL;
    }
    json_t *e =
        json_pack("{s:s, s:o, s:o}", "type", "button", "text", plain(b, x->label, BUTTON_CHARS),
                  "action_id", drc_json_text(x->action_id));
    if (x->value != NULL)
        json_object_set_new(e, "value", drc_json_text(x->value));
    if (x->url != NULL)
        json_object_set_new(e, "url", drc_json_text(x->url));
    if (x->style != DRC_BUTTON_PLAIN)
        json_object_set_new(e, "style",
                            json_string(x->style == DRC_BUTTON_PRIMARY ? "primary" : "danger"));
    const char *spoken = x->accessibility == NULL ? "" : cut(b, x->accessibility, BUTTON_CHARS);
    if (*spoken != '\0')
        json_object_set_new(e, "accessibility_label", drc_json_text(spoken));
    if (x->confirm != NULL)
        json_object_set_new(e, "confirm", confirm(b, x));
    return e;
}

static int add_actions(struct build *b, const struct drc_block *block)
{
    json_t *elements = json_array(), *e = NULL;
    int rc = 0;
    if (block->button_count + (block->select.option_count > 0) > ELEMENTS)
        rc = drc_err_set(b->err, DRC_ERR_LIMIT, "a row of buttons has %zu, Slack takes %d",
                         block->button_count, ELEMENTS);
    for (size_t i = 0; rc == 0 && i < block->button_count; i++)
        rc = (e = button(b, &block->buttons[i])) == NULL ? -1 : json_array_append_new(elements, e);
    if (rc == 0 && block->select.option_count > 0)
        rc = (e = select_element(b, &block->select)) == NULL ? -1
                                                             : json_array_append_new(elements, e);
    if (rc == 0 && json_array_size(elements) > 0)
        push(b, json_pack("{s:s, s:O}", "type", "actions", "elements", elements), block->block_id,
             0);
    json_decref(elements);
    return rc;
}

static json_t *feedback_half(struct build *b, const struct drc_button *x)
{
    return json_pack("{s:o, s:o}", "text", plain(b, x->label, BUTTON_CHARS), "value",
                     drc_json_text(x->value));
}

/* Slack's pair of thumbs, and the bin. */
static void add_feedback(struct build *b, const struct drc_block *block)
{
    const struct drc_button *x = block->buttons;
    size_t before = b->chars;
    if (block->button_count < 2)
        return; /* no pair */
    json_t *elements = json_array();
    json_array_append_new(elements,
                          json_pack("{s:s, s:s, s:o, s:o}", "type", "feedback_buttons", "action_id",
                                    x[0].action_id, "positive_button", feedback_half(b, &x[0]),
                                    "negative_button", feedback_half(b, &x[1])));
    for (size_t i = 2; i < block->button_count; i++) {
        json_t *e =
            json_pack("{s:s, s:s, s:s, s:o, s:o}", "type", "icon_button", "action_id",
                      x[i].action_id, "icon", "trash", "text", plain(b, x[i].label, BUTTON_CHARS),
                      "value", drc_json_text(x[i].value));
        if (x[i].confirm != NULL)
            json_object_set_new(e, "confirm", confirm(b, &x[i]));
        json_array_append_new(elements, e);
    }
    push(b, json_pack("{s:s, s:o}", "type", "context_actions", "elements", elements),
         block->block_id, 0);
    b->chars = before + 100; /* most of it is not shown at once */
}

/* ---- forms -------------------------------------------------------------------------------- */

static int selected_of(const struct drc_form_input *in)
{
    for (size_t i = 0; in->value != NULL && i < in->option_count; i++)
        if (strcmp(in->options[i].value, in->value) == 0)
            return (int)i;
    return -1;
}

static json_t *choice_element(struct build *b, const struct drc_form_input *in)
{
    int selected = selected_of(in);
    if (in->option_count == 0 || in->option_count > CHOICES) {
        drc_err_set(b->err, DRC_ERR_LIMIT, "a choice has %zu options, Slack takes 1 to %d",
                    in->option_count, CHOICES);
        return NULL;
    }
    for (size_t i = 0; i < in->option_count; i++)
        if (check_option(b, &in->options[i]) < 0)
            return NULL;
    json_t *options = json_array();
    for (size_t i = 0; i < in->option_count; i++)
        json_array_append_new(options, option(b, &in->options[i]));
    json_t *e = json_pack("{s:s, s:s, s:o}", "type", "radio_buttons", "action_id", "value",
                          "options", options);
    if (selected >= 0)
        json_object_set_new(e, "initial_option", option(b, &in->options[selected]));
    return e;
}

/* Slack refuses a window for a time or a channel that is none; what is typed stands as it is. */
static bool can_stand(const struct drc_form_input *in)
{
    size_t n = strlen(in->value);
    if (in->kind == DRC_INPUT_TIME)
        return n == 5 && in->value[2] == ':' && strspn(in->value, "0123456789:") == n;
    if (in->kind == DRC_INPUT_CHANNEL)
        return n < ID_CHARS && strspn(in->value, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == n;
    return true;
}

static json_t *plain_element(struct build *b, const struct drc_form_input *in, const char *type,
                             const char *initial)
{
    json_t *e = json_pack("{s:s, s:s}", "type", type, "action_id", "value");
    if (in->value != NULL && *in->value != '\0' && can_stand(in))
        json_object_set_new(e, initial, drc_json_text(cut(b, in->value, TYPED_CHARS)));
    if (in->placeholder != NULL)
        json_object_set_new(e, "placeholder", plain(b, in->placeholder, PLACEHOLDER_CHARS));
    return e;
}

static json_t *input_element(struct build *b, const struct drc_form_input *in)
{
    json_t *e;
    switch (in->kind) {
    case DRC_INPUT_MENU: {
        struct drc_select s = {"value", in->placeholder == NULL ? "Choose" : in->placeholder,
                               in->options, in->option_count, selected_of(in)};
        return select_element(b, &s);
    }
    case DRC_INPUT_CHOICE:
        return choice_element(b, in);
    case DRC_INPUT_TIME:
        return plain_element(b, in, "timepicker", "initial_time");
    case DRC_INPUT_CHANNEL:
        e = plain_element(b, in, "conversations_select", "initial_conversation");
        json_object_set_new(
            e, "filter",
            json_pack("{s:[s, s], s:b}", "include", "public", "private", "exclude_bot_users", 1));
        return e;
    case DRC_INPUT_TEXT:
        break;
    }
    e = plain_element(b, in, "plain_text_input", "initial_value");
    if (in->max_chars > 0)
        json_object_set_new(e, "max_length", json_integer((json_int_t)in->max_chars));
    return e;
}

static int add_input(struct build *b, const struct drc_block *block)
{
    const struct drc_form_input *in = &block->input;
    if (!b->modal)
        return drc_err_set(b->err, DRC_ERR_LIMIT, "a field of a form stands in a window only");
    json_t *e = input_element(b, in);
    if (e == NULL)
        return -1;
    json_t *j = json_pack("{s:s, s:o, s:o, s:b}", "type", "input", "label",
                          plain(b, in->label, LABEL_CHARS), "element", e, "optional", in->optional);
    if (in->hint != NULL)
        json_object_set_new(j, "hint", plain(b, in->hint, LABEL_CHARS));
    push(b, j, block->block_id, 0);
    return 0;
}

/* ---- the whole ---------------------------------------------------------------------------- */

static json_t *table_cell(struct build *b, const char *text)
{
    b->chars += drc_utf8_count(text);
    return json_pack("{s:s, s:o}", "type", "raw_text", "text",
                     drc_json_text(*text == '\0' ? " " : text));
}

static json_t *table_row(struct build *b, const char *const *cells, size_t n)
{
    json_t *row = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(row, table_cell(b, cells[i]));
    return row;
}

/* Tables stand in messages only; in a window they are preformatted text made by the caller. */
static void add_table(struct build *b, const struct drc_block *block)
{
    const struct drc_table_view *t = &block->table;
    size_t n = t->column_count < TABLE_COLUMNS ? t->column_count : TABLE_COLUMNS, r = 0;
    json_t *rows = json_array(), *settings = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(
            settings,
            json_pack("{s:s}", "align", t->right != NULL && t->right[i] ? "right" : "left"));
    json_array_append_new(rows, table_row(b, t->heads, n));
    for (; r < t->row_count && r < TABLE_ROWS - 1 && b->chars < MESSAGE_CHARS - 500; r++)
        json_array_append_new(rows, table_row(b, t->cells + r * t->column_count, n));
    push(b,
         json_pack("{s:s, s:o, s:o}", "type", "table", "rows", rows, "column_settings", settings),
         block->block_id, 0);
    if (r == t->row_count)
        return;
    const char *rest =
        drc_arena_printf(b->a, "%zu more %s not shown.", t->row_count - r,
                         drc_fmt_noun((int64_t)(t->row_count - r), "row is", "rows are"));
    push(b, json_pack("{s:s, s:[o]}", "type", "context", "elements", mrkdwn(b, rest)), NULL, 0);
}

static int add_block(struct build *b, const struct drc_block *block)
{
    switch (block->kind) {
    case DRC_BLOCK_HEADER:
        push(b,
             json_pack("{s:s, s:o}", "type", "header", "text",
                       plain(b, drc_text_plain(b->a, &block->text), HEADER_CHARS)),
             block->block_id, 0);
        break;
    case DRC_BLOCK_TEXT:
        add_text(b, block);
        break;
    case DRC_BLOCK_PRE:
        add_pre(b, block);
        break;
    case DRC_BLOCK_FIGURES:
        add_figures(b, block);
        break;
    case DRC_BLOCK_IMAGE:
        add_image(b, block);
        break;
    case DRC_BLOCK_CONTEXT:
        add_context(b, block);
        break;
    case DRC_BLOCK_PICKER:
    case DRC_BLOCK_BUTTONS:
        return add_actions(b, block);
    case DRC_BLOCK_FEEDBACK:
        add_feedback(b, block);
        break;
    case DRC_BLOCK_TABLE:
        add_table(b, block);
        break;
    case DRC_BLOCK_INPUT:
        return add_input(b, block);
    case DRC_BLOCK_DIVIDER:
        push(b, json_pack("{s:s}", "type", "divider"), block->block_id, 0);
        break;
    }
    return 0;
}

static int check_whole(const struct build *b)
{
    size_t n = json_array_size(b->blocks), most = b->modal ? BLOCKS_VIEW : BLOCKS_MESSAGE;
    if (n == 0 || n > most)
        return drc_err_set(b->err, DRC_ERR_LIMIT, "a message has %zu blocks, Slack takes 1 to %zu",
                           n, most);
    if (!b->modal && b->chars > MESSAGE_CHARS)
        return drc_err_set(b->err, DRC_ERR_LIMIT,
                           "a message has %zu characters over all blocks, the budget is %d",
                           b->chars, MESSAGE_CHARS);
    return 0;
}

char *drc_slack_blocks(struct drc_arena *a, const struct drc_message *m, bool modal,
                       struct drc_err *err)
{
    struct build b = {.a = a, .blocks = json_array(), .modal = modal, .err = err};
    int rc = 0;
    for (const struct drc_block *block = m->first; rc == 0 && block != NULL; block = block->next)
        rc = add_block(&b, block);
    if (rc == 0)
        rc = check_whole(&b);
    char *out = NULL;
    if (rc == 0) {
        char *text = drc_json_dump_sorted(b.blocks);
        out = drc_arena_strdup(a, text);
        free(text);
    }
    json_decref(b.blocks);
    return out;
}
