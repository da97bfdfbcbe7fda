/* drc route: what a typed question would be answered from, and by which rule. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "drc/file.h"
#include "drc/jsonx.h"
#include "drc/routing.h"
#include "search.h"

#define FILE_MAX_BYTES (1024u * 1024u)
#define PAGES 5 /* among which the words of a text are looked for */

struct router {
    struct cli_embedder e;
    struct drc_index *ix; /* NULL: nothing is measured */
    struct drc_db *db;
    bool as_json;
};

static const char *const kinds[] = {"answer", "ask", "refuse"};

/* "job:1001/nightly" -> kind "job", named where the text holds "nightly". "none" is no entity. */
static void take_entity(struct drc_arena *a, const char *id, struct drc_routing_input *in)
{
    if (id == NULL || strcmp(id, "none") == 0)
        return;
    const char *slash = strchr(id, '/');
    in->entity_kind = drc_arena_strndup(a, id, strcspn(id, ":"));
    in->named = slash != NULL && slash[1] != '\0' && strcasestr(in->text, slash + 1) != NULL;
}

static void print_json(struct drc_arena *a, const struct drc_routing_input *in,
                       const struct drc_routing *r)
{
    json_t *o = json_object();
    json_object_set_new(o, "text", drc_json_text(in->text));
    json_object_set_new(o, "kind", json_string(kinds[r->kind]));
    json_t *corpora = json_array();
    for (unsigned bit = DRC_CORPUS_TELEMETRY; bit <= DRC_CORPUS_DOCS; bit <<= 1)
        if ((r->corpora & bit) != 0)
            json_array_append_new(corpora, json_string(drc_routing_corpora(a, bit)));
    json_object_set_new(o, "corpora", corpora);
    json_object_set_new(o, "rule", json_string(r->rule));
    json_object_set_new(o, "reason", drc_json_text(r->reason));
    json_object_set_new(o, "cosine", in->cosine < -1 ? json_null() : json_real(in->cosine));
    json_object_set_new(o, "overlap", in->overlap < 0 ? json_null() : json_real(in->overlap));
    char *text = drc_json_dump(o);
    puts(text);
    free(text);
    json_decref(o);
}

/* How near the documentation is. */
static int measure(const struct router *r, struct drc_arena *a, struct drc_routing_input *in,
                   struct drc_err *err)
{
    struct drc_asked asked;
    struct drc_search_result found;
    if (r->ix == NULL || *in->text == '\0')
        return 0;
    if (drc_index_search(r->ix, r->db, r->e.http, a, in->text, NULL, PAGES, &asked, &found, NULL,
                         err) < 0)
        return -1;
    if (drc_index_semantic_off(r->ix) == NULL)
        in->cosine = found.best_cosine;
    in->overlap = 0;
    for (size_t i = 0; i < found.count; i++) {
        const struct drc_found *p = &found.pages[i];
        double o = drc_routing_overlap(
            a, asked.text, drc_arena_printf(a, "%s %s %s", p->title, p->heading, p->text));
        in->overlap = o > in->overlap ? o : in->overlap;
    }
    return 0;
}

static int route_one(const struct router *router, const char *text, const char *entity,
                     struct drc_err *err)
{
    struct drc_arena *a = drc_arena_new();
    struct drc_routing_input in = {.text = text, .cosine = -2, .overlap = -1};
    take_entity(a, entity, &in);
    int rc = measure(router, a, &in, err);
    if (rc == 0) {
        struct drc_routing r = drc_routing_decide(a, &in);
        if (router->as_json)
            print_json(a, &in, &r);
        else
            printf("%s: %s\nrule %s: %s\n", kinds[r.kind], drc_routing_corpora(a, r.corpora),
                   r.rule, r.reason);
    }
    drc_arena_free(a);
    return rc;
}

/* Lines "entity<TAB>text". */
static int route_file(const struct router *r, struct drc_arena *a, const char *path,
                      struct drc_err *err)
{
    char *line = drc_file_read(a, path, FILE_MAX_BYTES, NULL, err);
    int rc = line == NULL ? -1 : 0;
    for (int number = 1; rc == 0 && *line != '\0'; number++) {
        size_t n = strcspn(line, "\n");
        char *next = line + n + (line[n] == '\n');
        line[n] = '\0';
        char *tab = strchr(line, '\t');
        if (tab == NULL)
            return drc_err_set(err, DRC_ERR_INPUT, "%s:%d: a line is an entity, a tab and a text",
                               path, number);
        *tab = '\0';
        rc = route_one(r, tab + 1, line, err);
        line = next;
    }
    return rc;
}

/* An index that was named must be there; without one the form of the text decides alone. */
static int open_index(struct drc_arena *a, const char *dir, struct router *r, struct drc_err *err)
{
    if (dir == NULL)
        return 0;
    if (cli_embedder_open(a, false, &r->e, err) < 0)
        return -1;
    r->ix = drc_index_open(dir, "docs", r->e.embedder, r->e.why, r->e.http, err);
    r->db = r->ix == NULL ? NULL : drc_index_connect(r->ix, err);
    return r->db == NULL ? -1 : 0;
}

static int run(int argc, char **argv, struct drc_err *err)
{
    struct router r = {0};
    const char *entity = cli_option(argc, argv, "--entity"),
               *from = cli_option(argc, argv, "--from"), *dir = cli_option(argc, argv, "--index");
    r.as_json = cli_flag(argc, argv, "--json");
    if (cli_no_more_options(argc, argv, err) < 0)
        return -1;
    struct drc_arena *a = drc_arena_new();
    const char *text = cli_words(a, argc, argv, 1);
    int rc = 0;
    if (from == NULL && *text == '\0')
        rc = drc_err_set(err, DRC_ERR_INPUT, "give a text, or --from FILE; try --help");
    if (rc == 0)
        rc = open_index(a, dir, &r, err);
    if (rc == 0)
        rc = from != NULL ? route_file(&r, a, from, err) : route_one(&r, text, entity, err);
    drc_db_close(r.db);
    drc_index_free(r.ix);
    cli_embedder_close(&r.e);
    drc_arena_free(a);
    return rc;
}

const struct cli_command cli_route = {
    "route", "\"<text>\" [--entity ID] [--index DIR] [--json] | --from FILE",
    "Says what a typed question would be answered from, and by which rule.\n\n"
    "  --entity ID  what the thread is about, for example job:1001/nightly\n"
    "  --index DIR  an index of the documentation (`drc docs build`): how near its pages are "
    "counts "
    "too\n"
    "  --from FILE  many: each line an entity or the word none, a tab, a text\n"
    "  --json       one JSON object a line\n",
    run};
