/* drc route: what a typed question would be answered from, and by which rule. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "drc/file.h"
#include "drc/jsonx.h"
#include "drc/routing.h"

#define FILE_MAX_BYTES (1024u * 1024u)

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

static void route_one(struct drc_arena *a, const char *text, const char *entity, bool as_json)
{
    struct drc_routing_input in = {.text = text, .cosine = -2, .overlap = -1};
    take_entity(a, entity, &in);
    struct drc_routing r = drc_routing_decide(a, &in);
    if (as_json)
        print_json(a, &in, &r);
    else
        printf("%s: %s\nrule %s: %s\n", kinds[r.kind], drc_routing_corpora(a, r.corpora), r.rule,
               r.reason);
}

/* Lines "entity<TAB>text". */
static int route_file(struct drc_arena *a, const char *path, bool as_json, struct drc_err *err)
{
    char *line = drc_file_read(a, path, FILE_MAX_BYTES, NULL, err);
    if (line == NULL)
        return -1;
    for (int number = 1; *line != '\0'; number++) {
        size_t n = strcspn(line, "\n");
        char *next = line + n + (line[n] == '\n');
        line[n] = '\0';
        char *tab = strchr(line, '\t');
        if (tab == NULL)
            return drc_err_set(err, DRC_ERR_INPUT, "%s:%d: a line is an entity, a tab and a text",
                               path, number);
        *tab = '\0';
        route_one(a, tab + 1, line, as_json);
        line = next;
    }
    return 0;
}

static int run(int argc, char **argv, struct drc_err *err)
{
    const char *entity = cli_option(argc, argv, "--entity"),
               *from = cli_option(argc, argv, "--from");
    bool as_json = cli_flag(argc, argv, "--json");
    if (cli_no_more_options(argc, argv, err) < 0)
        return -1;
    struct drc_arena *a = drc_arena_new();
    const char *text = cli_words(a, argc, argv, 1);
    int rc = 0;
    if (from != NULL)
        rc = route_file(a, from, as_json, err);
    else if (*text == '\0')
        rc = drc_err_set(err, DRC_ERR_INPUT, "give a text, or --from FILE; try --help");
    else
        route_one(a, text, entity, as_json);
    drc_arena_free(a);
    return rc;
}

const struct cli_command cli_route = {
    "route", "\"<text>\" [--entity ID] [--json] | --from FILE",
    "Says what a typed question would be answered from, and by which rule.\n\n"
    "  --entity ID  what the thread is about, for example job:1001/nightly\n"
    "  --from FILE  many: each line an entity or the word none, a tab, a text\n"
    "  --json       one JSON object a line\n",
    run};
