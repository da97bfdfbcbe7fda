/* Messages as text in a terminal; pictures as files. */
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "drc/file.h"
#include "drc/utf8.h"

#define WIDTH 100

struct terminal {
    struct drc_poster poster; /* first */
    const char *dir;
};

static void print_spans(const struct drc_text *t)
{
    for (const struct drc_span *s = t->first; s != NULL; s = s->next) {
        fputs(s->text, stdout);
        if (s->style == DRC_SPAN_LINK && s->url != NULL && strcmp(s->url, s->text) != 0)
            printf(" <%s>", s->url);
    }
}

static void print_figures(struct drc_arena *a, const struct drc_block *b)
{
    for (size_t i = 0; i < b->figure_count; i++)
        printf("  %-44s %s\n", drc_text_plain(a, &b->figures[2 * i]),
               drc_text_plain(a, &b->figures[2 * i + 1]));
}

static void print_select(const struct drc_select *s)
{
    for (size_t i = 0; i < s->option_count; i++) {
        int pad = 56 - drc_utf8_width(s->options[i].label);
        printf("  %s%*s%s\n", s->options[i].label, pad > 0 ? pad : 1, "",
               s->options[i].description == NULL ? "" : s->options[i].description);
    }
}

static int write_picture(const struct terminal *t, struct drc_arena *a, const struct drc_block *b,
                         struct drc_err *err)
{
    const char *path = strcmp(t->dir, ".") == 0
                           ? b->image.file_name
                           : drc_arena_printf(a, "%s/%s", t->dir, b->image.file_name);
    if (drc_file_write(path, b->image.png, b->image.png_bytes, err) < 0)
        return -1;
    printf("  chart: %s (%zu bytes)\n", path, b->image.png_bytes);
    return 0;
}

static void print_table(const struct drc_table_view *t)
{
    for (size_t r = 0; r < t->row_count; r++) {
        for (size_t c = 0; c < t->column_count; c++)
            printf("%s  ", t->cells[r * t->column_count + c]);
        putchar('\n');
    }
}

static int print_block(const struct terminal *t, struct drc_arena *a, const struct drc_block *b,
                       struct drc_err *err)
{
    switch (b->kind) {
    case DRC_BLOCK_HEADER:
        print_spans(&b->text);
        puts("");
        for (int i = 0, n = drc_utf8_width(drc_text_plain(a, &b->text)); i < n && i < WIDTH; i++)
            putchar('=');
        puts("");
        break;
    case DRC_BLOCK_TEXT:
    case DRC_BLOCK_CONTEXT:
    case DRC_BLOCK_PRE:
        print_spans(&b->text);
        puts("");
        break;
    case DRC_BLOCK_FIGURES:
        print_figures(a, b);
        break;
    case DRC_BLOCK_IMAGE:
        return write_picture(t, a, b, err);
    case DRC_BLOCK_PICKER:
        print_select(&b->select);
        break;
    case DRC_BLOCK_TABLE:
        print_table(&b->table);
        break;
    case DRC_BLOCK_DIVIDER:
        puts("---");
        break;
    case DRC_BLOCK_INPUT:
    case DRC_BLOCK_FEEDBACK:
    case DRC_BLOCK_BUTTONS: /* nothing to press here */
        break;
    }
    return 0;
}

static int post(struct drc_poster *p, struct drc_arena *a, const struct drc_request *req,
                const struct drc_to *to, struct drc_message *m, struct drc_posted *out,
                struct drc_err *err)
{
    (void)req;
    (void)to;
    memset(out, 0, sizeof *out);
    for (const struct drc_block *b = m->first; b != NULL; b = b->next)
        if (print_block((struct terminal *)p, a, b, err) < 0)
            return -1;
    fflush(stdout);
    return 0;
}

static const char *find(struct drc_poster *p, struct drc_arena *a, const struct drc_request *req,
                        const struct drc_to *to, const char *metadata_id, int64_t not_before_ms,
                        struct drc_err *err)
{
    (void)p, (void)a, (void)req, (void)to, (void)metadata_id, (void)not_before_ms, (void)err;
    return NULL;
}

static const char *permalink(struct drc_poster *p, struct drc_arena *a, const char *channel,
                             const char *ts)
{
    (void)p, (void)a, (void)channel, (void)ts;
    return NULL;
}

static void status(struct drc_poster *p, struct drc_arena *a, const char *channel,
                   const char *thread_ts, const char *text)
{
    (void)p, (void)a, (void)channel, (void)thread_ts, (void)text;
}

static int share(struct drc_poster *p, struct drc_arena *a, const struct drc_to *to,
                 const struct drc_file_out *file, struct drc_err *err)
{
    (void)to;
    const struct terminal *t = (const struct terminal *)p;
    return drc_file_write(drc_arena_printf(a, "%s/%s", t->dir, file->name), file->data, file->bytes,
                          err);
}

/* What was printed stays. */
static int take_away(struct drc_poster *p, struct drc_arena *a, const char *channel, const char *ts,
                     struct drc_err *err)
{
    (void)p, (void)a, (void)channel, (void)ts, (void)err;
    return 0;
}

struct drc_poster *cli_poster_new(struct drc_arena *a, const char *dir)
{
    struct terminal *t = drc_arena_alloc(a, sizeof *t);
    t->poster = (struct drc_poster){post, find, permalink, status, share, take_away,
                                    NULL, NULL, NULL,      NULL,   "drc "};
    t->dir = dir;
    return &t->poster;
}
