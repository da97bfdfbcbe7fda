/* A message made from any bytes: the Block Kit JSON that comes out is what the other reading of the
 * same rules (the local Slack's judge) takes, or there is a reason why not. */
#include "fuzz.h"

#include "drc/jsonx.h"
#include "drc/slack.h"
#include "emulator/blockkit.h"

struct input {
    const uint8_t *at, *end;
    struct drc_arena *a;
};

static unsigned byte(struct input *in)
{
    return in->at < in->end ? *in->at++ : 0;
}

/* A string from the input, sometimes a long one. */
static const char *words(struct input *in)
{
    unsigned kind = byte(in);
    size_t n = byte(in) % 24, left = (size_t)(in->end - in->at);
    n = n < left ? n : left;
    char *s = drc_arena_strndup(in->a, (const char *)in->at, n);
    in->at += n;
    if (kind % 8 != 7 || *s == '\0')
        return s;
    size_t times = 1 + byte(in) * 30 / strlen(s);
    char *all = drc_arena_alloc(in->a, times * strlen(s) + 1);
    for (size_t i = 0, len = strlen(s); i < times; i++)
        memcpy(all + i * len, s, len);
    return all;
}

static void fill_text(struct input *in, struct drc_text *t)
{
    for (unsigned n = 1 + byte(in) % 4; n > 0; n--) {
        unsigned style = byte(in) % 6;
        if (style == DRC_SPAN_LINK)
            drc_text_link(in->a, t, words(in), drc_arena_printf(in->a, "https://x/%s", words(in)));
        else
            drc_text_add(in->a, t, (enum drc_span_style)style, words(in));
    }
}

static void fill_select(struct input *in, struct drc_select *s)
{
    size_t n = 1 + byte(in) % 110;
    struct drc_option *o = drc_arena_array(in->a, n, sizeof *o);
    bool grouped = byte(in) % 2 == 1;
    for (size_t i = 0; i < n; i++) {
        o[i].label = words(in);
        o[i].value = drc_arena_printf(in->a, "v%zu%s", i, byte(in) % 50 == 49 ? words(in) : "");
        o[i].description = byte(in) % 4 == 3 ? words(in) : NULL;
        o[i].group = grouped ? (i < n / 2 ? "one" : "two") : NULL;
    }
    *s = (struct drc_select){"pick:x", words(in), o, n, (int)(byte(in) % (n + 1)) - 1};
}

static void fill_buttons(struct input *in, struct drc_block *b)
{
    size_t n = 1 + byte(in) % 28;
    struct drc_button *x = drc_arena_array(in->a, n, sizeof *x);
    for (size_t i = 0; i < n; i++) {
        x[i].label = words(in);
        x[i].action_id = drc_arena_printf(in->a, "chip:%zu", i);
        x[i].value = byte(in) % 2 == 1 ? words(in) : NULL;
        x[i].url = byte(in) % 8 == 7 ? "https://example.com/a" : NULL;
        x[i].style = (enum drc_button_style)(byte(in) % 3);
        x[i].accessibility = byte(in) % 4 == 3 ? words(in) : NULL;
    }
    b->buttons = x;
    b->button_count = n;
}

static void fill_table(struct input *in, struct drc_block *b)
{
    size_t columns = 1 + byte(in) % 22, rows = byte(in) % 120;
    const char **heads = drc_arena_array(in->a, columns, sizeof *heads);
    const char **cells = drc_arena_array(in->a, columns * rows + 1, sizeof *cells);
    for (size_t i = 0; i < columns; i++)
        heads[i] = words(in);
    for (size_t i = 0; i < columns * rows; i++)
        cells[i] = words(in);
    b->table = (struct drc_table_view){heads, NULL, columns, cells, rows};
}

static void fill_input(struct input *in, struct drc_block *b)
{
    struct drc_select s;
    fill_select(in, &s);
    b->input = (struct drc_form_input){.kind = (enum drc_input_kind)(byte(in) % 5),
                                       .label = words(in),
                                       .hint = byte(in) % 2 == 1 ? words(in) : NULL,
                                       .value = words(in),
                                       .placeholder = byte(in) % 2 == 1 ? words(in) : NULL,
                                       .options = s.options,
                                       .option_count = s.option_count,
                                       .optional = byte(in) % 2 == 1};
    if (b->input.kind == DRC_INPUT_TIME && byte(in) % 2 == 1)
        b->input.value = "08:00";
    else if (s.selected >= 0)
        b->input.value = s.options[s.selected].value;
}

static void fill(struct input *in, struct drc_block *b)
{
    switch (b->kind) {
    case DRC_BLOCK_FIGURES: {
        b->figure_count = byte(in) % 12;
        struct drc_text *t = drc_arena_array(in->a, 2 * b->figure_count + 1, sizeof *t);
        for (size_t i = 0; i < 2 * b->figure_count; i++)
            fill_text(in, &t[i]);
        b->figures = t;
        break;
    }
    case DRC_BLOCK_IMAGE:
        b->image.file_ref = byte(in) % 4 == 3 ? NULL : "F0123456789";
        b->image.alt = byte(in) % 4 == 3 ? NULL : words(in);
        b->image.title = byte(in) % 4 == 3 ? words(in) : NULL;
        break;
    case DRC_BLOCK_PICKER:
        fill_select(in, &b->select);
        break;
    case DRC_BLOCK_BUTTONS:
        fill_buttons(in, b);
        if (byte(in) % 4 == 3)
            fill_select(in, &b->select);
        break;
    case DRC_BLOCK_TABLE:
        fill_table(in, b);
        break;
    case DRC_BLOCK_INPUT:
        fill_input(in, b);
        break;
    default:
        fill_text(in, &b->text);
    }
}

static void check_mrkdwn(struct drc_arena *a, const struct drc_text *t)
{
    const char *s = drc_slack_mrkdwn(a, t);
    MUST(strstr(s, "<!") == NULL && strstr(s, "<#") == NULL); /* nobody is called by a name */
    for (const char *p = s; (p = strchr(p, '<')) != NULL; p++)
        MUST(strncmp(p, "<https://", 9) == 0 || strncmp(p, "<@", 2) == 0);
    for (const char *p = s; (p = strchr(p, '&')) != NULL; p++)
        MUST(strncmp(p, "&amp;", 5) == 0 || strncmp(p, "&lt;", 4) == 0 ||
             strncmp(p, "&gt;", 4) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    struct input in = {data, data + bytes, drc_arena_new()};
    bool modal = byte(&in) % 4 == 3;
    struct drc_message *m = drc_message_new(in.a, words(&in));
    for (int i = 0; in.at < in.end && i < 120; i++) {
        enum drc_block_kind kind = (enum drc_block_kind)(byte(&in) % (DRC_BLOCK_DIVIDER + 1));
        if (kind == DRC_BLOCK_TABLE && (modal || byte(&in) % 4 != 0))
            kind = DRC_BLOCK_DIVIDER; /* a view has no tables, a message one */
        if (kind == DRC_BLOCK_INPUT && !modal && byte(&in) % 8 != 0)
            kind = DRC_BLOCK_DIVIDER; /* a message has no fields */
        struct drc_block *b =
            drc_message_add(in.a, m, kind, i % 3 == 0 ? NULL : drc_arena_printf(in.a, "b%d", i));
        fill(&in, b);
        check_mrkdwn(in.a, &b->text);
    }
    struct drc_err err = DRC_ERR_INIT;
    char *json = drc_slack_blocks(in.a, m, modal, &err);
    must_agree(json == NULL ? -1 : 0, &err);
    MUST(json != NULL || err.code == DRC_ERR_LIMIT);
    if (json != NULL) {
        json_t *blocks = drc_json_parse(json, strlen(json), NULL);
        json_t *errors = emu_blockkit_check(blocks, modal ? EMU_MODAL : EMU_MESSAGE, "/blocks");
        char *why = drc_json_dump(errors);
        if (json_array_size(errors) > 0)
            fprintf(stderr, "%s\n%s\n", why, json);
        MUST(blocks != NULL && json_array_size(errors) == 0);
        MUST(strcmp(json, drc_slack_blocks(in.a, m, modal, &err)) == 0);
        free(why);
        json_decref(errors);
        json_decref(blocks);
    }
    drc_arena_free(in.a);
    return 0;
}
