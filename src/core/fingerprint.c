/* Hashes of what a snapshot was loaded from. */
#include <string.h>

#include "drc/buf.h"
#include "drc/digest.h"
#include "drc/file.h"
#include "drc/limits.h"
#include "drc/snapshot.h"

#define FILE_MAX_BYTES 65536u

static void finish(struct drc_buf *b, char out[65])
{
    drc_sha256_hex(drc_buf_str(b), b->len, out);
    drc_buf_fini(b);
}

/* Name and text of each file of a folder; of no folder: nothing. */
static int add_folder(const struct drc_snapshot *s, const char *dir, const char *suffix,
                      struct drc_buf *b, struct drc_err *err)
{
    const char **names, *path = drc_arena_printf(s->arena, "%s/%s", s->home, dir);
    size_t n = 0;
    if (!drc_file_exists(path))
        return 0;
    if (drc_file_list(s->arena, path, suffix, &names, &n, err) < 0)
        return -1;
    for (size_t i = 0; i < n; i++) {
        const char *text =
            drc_file_read(s->arena, drc_arena_printf(s->arena, "%s/%s", path, names[i]),
                          FILE_MAX_BYTES, NULL, err);
        if (text == NULL)
            return -1;
        drc_buf_addstr(b, names[i]);
        drc_buf_addstr(b, "\n");
        drc_buf_addstr(b, text);
    }
    return 0;
}

static void print_runbooks(struct drc_snapshot *s)
{
    struct drc_buf b;
    drc_buf_init(&b, DRC_CORPUS_MAX_BYTES);
    for (size_t i = 0; i < s->runbooks.count; i++) {
        const struct drc_page *p = &s->runbooks.pages[i];
        const char *const parts[] = {p->id, p->title, p->url, p->date, p->applies_to, p->body};
        for (size_t k = 0; k < sizeof parts / sizeof *parts; k++) {
            drc_buf_addstr(&b, parts[k]);
            drc_buf_addstr(&b, "\n");
        }
        for (size_t k = 0; k < p->signal_count; k++) {
            drc_buf_addstr(&b, p->signals[k].source);
            drc_buf_addstr(&b, "\n");
        }
    }
    finish(&b, s->prints.runbooks);
}

static void print_missing(struct drc_snapshot *s)
{
    struct drc_buf b;
    drc_buf_init(&b, DRC_BUF_MAX_BYTES);
    for (size_t i = 0; i < s->chips.missing_count; i++) {
        const struct drc_missing *m = &s->chips.missing[i];
        drc_buf_printf(&b, "%s.%s\n%s\n%s\n", m->of == NULL ? "" : m->of, m->metric, m->title,
                       m->text);
    }
    finish(&b, s->prints.missing);
}

static void print_rules(struct drc_snapshot *s)
{
    const struct drc_chips *c = &s->chips;
    const char *form = drc_arena_printf(s->arena, "%s\n%s", c->system_form, c->schema);
    drc_sha256_hex(c->system, strlen(c->system), s->prints.rules);
    drc_sha256_hex(form, strlen(form), s->prints.form);
}

int drc_snapshot_fingerprint(struct drc_snapshot *s, struct drc_err *err)
{
    struct drc_buf graph, causes, cards;
    drc_buf_init(&graph, DRC_BUF_MAX_BYTES);
    drc_buf_init(&causes, DRC_BUF_MAX_BYTES);
    drc_buf_init(&cards, DRC_BUF_MAX_BYTES);
    drc_buf_addstr(&causes, s->causes_sql == NULL ? "" : s->causes_sql);
    int rc = 0;
    if (add_folder(s, "sql/graph", ".sql", &graph, err) < 0 ||
        add_folder(s, "sql/graph", ".list", &graph, err) < 0 ||
        add_folder(s, "prompts/causes", ".md", &causes, err) < 0 ||
        add_folder(s, "sql/cards", ".sql", &cards, err) < 0)
        rc = -1;
    finish(&graph, s->prints.graph);
    finish(&causes, s->prints.causes);
    finish(&cards, s->prints.cards);
    print_rules(s);
    print_missing(s);
    print_runbooks(s);
    return rc;
}
