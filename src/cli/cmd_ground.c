/* drc ground: the groundedness checker on anybody's facts and answer. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "drc/file.h"
#include "drc/fmt.h"
#include "drc/ground.h"
#include "drc/jsonx.h"
#include "drc/proof.h"

#define FACTS_MAX_BYTES (4u * 1024u * 1024u)
#define ANSWERS_MAX_BYTES (8u * 1024u * 1024u)

/* ---- facts as JSON ------------------------------------------------------------------------ */

struct reader {
    struct drc_arena *a;
    const char *path;
    struct drc_err *err;
};

static const char *text_of(const struct reader *r, const json_t *o, const char *name)
{
    const char *s = drc_json_str(o, name, NULL);
    return s == NULL ? NULL : drc_arena_strdup(r->a, s);
}

/* Array of strings, empty where it is missing. */
static const char *const *texts_of(const struct reader *r, const json_t *o, const char *name,
                                   size_t *count)
{
    const json_t *list = json_object_get(o, name), *item;
    size_t i;
    const char **out = drc_arena_array(r->a, json_array_size(list) + 1, sizeof *out);
    *count = 0;
    json_array_foreach(list, i, item) if (json_is_string(item)) out[(*count)++] =
        drc_arena_strdup(r->a, json_string_value(item));
    return out;
}

/* A list of objects that each have an id; -1 where it is something else. */
static int list_of(const struct reader *r, const json_t *root, const char *name, const json_t **out)
{
    const json_t *item;
    size_t i;
    *out = json_is_array(root) && strcmp(name, "facts") == 0 ? root : json_object_get(root, name);
    if (*out == NULL && strcmp(name, "facts") != 0)
        return 0;
    if (!json_is_array(*out) || json_array_size(*out) > DRC_GROUND_FACTS_MAX)
        return drc_err_set(r->err, DRC_ERR_INPUT, "%.200s: \"%s\" is not an array of at most %u",
                           r->path, name, DRC_GROUND_FACTS_MAX);
    json_array_foreach(*out, i, item)
    {
        const char *id = drc_json_str(item, "id", "");
        if (!json_is_object(item) || *id == '\0' || strlen(id) > 200)
            return drc_err_set(r->err, DRC_ERR_INPUT,
                               "%.200s: %s[%zu] has no \"id\" of 1 to 200 bytes", r->path, name, i);
    }
    return 0;
}

static int read_facts(const struct reader *r, const json_t *root, struct drc_ledger *l)
{
    const json_t *list, *o;
    size_t i;
    if (list_of(r, root, "facts", &list) < 0)
        return -1;
    struct drc_ground_fact *facts = drc_arena_array(r->a, json_array_size(list) + 1, sizeof *facts);
    json_array_foreach(list, i, o)
    {
        const json_t *value = json_object_get(o, "value");
        if (!json_is_number(value) && !json_is_null(value))
            return drc_err_set(r->err, DRC_ERR_INPUT,
                               "%.200s: facts[%zu] has no \"value\" that is a number or null",
                               r->path, i);
        struct drc_ground_fact *f = &facts[i];
        *f = (struct drc_ground_fact){
            .id = text_of(r, o, "id"),
            .entity = text_of(r, o, "entity"),
            .metric = text_of(r, o, "metric"),
            .title = text_of(r, o, "title"),
            .period = text_of(r, o, "period"),
            .value = json_is_null(value) ? (double)NAN : json_number_value(value),
            .unit = text_of(r, o, "unit"),
            .display = text_of(r, o, "display"),
            .op = text_of(r, o, "op"),
        };
        f->operands = texts_of(r, o, "operands", &f->operand_count);
    }
    l->facts = facts;
    l->fact_count = json_array_size(list);
    return 0;
}

static int read_names(const struct reader *r, const json_t *root, struct drc_ledger *l)
{
    const json_t *list, *o;
    size_t i;
    if (list_of(r, root, "entities", &list) < 0)
        return -1;
    struct drc_ground_entity *entities =
        drc_arena_array(r->a, json_array_size(list) + 1, sizeof *entities);
    json_array_foreach(list, i, o)
    {
        entities[i].id = text_of(r, o, "id");
        entities[i].name = text_of(r, o, "name");
        if (entities[i].name == NULL)
            entities[i].name = entities[i].id;
        entities[i].aliases = texts_of(r, o, "aliases", &entities[i].alias_count);
    }
    l->entities = entities;
    l->entity_count = json_array_size(list);
    if (list_of(r, root, "sources", &list) < 0)
        return -1;
    struct drc_ground_source *sources =
        drc_arena_array(r->a, json_array_size(list) + 1, sizeof *sources);
    json_array_foreach(list, i, o) sources[i] = (struct drc_ground_source){
        text_of(r, o, "id"), text_of(r, o, "title"), text_of(r, o, "url"), text_of(r, o, "text")};
    l->sources = sources;
    l->source_count = json_array_size(list);
    return 0;
}

static json_t *read_json(struct drc_arena *a, const char *path, size_t max, struct drc_err *err)
{
    size_t bytes;
    const char *text = drc_file_read(a, path, max, &bytes, err);
    json_t *root = text == NULL ? NULL : drc_json_parse(text, bytes, err);
    if (text != NULL && root == NULL)
        drc_err_context(err, "%.200s", path);
    return root;
}

static int read_ledger(struct drc_arena *a, const char *path, struct drc_ledger *l,
                       struct drc_err *err)
{
    struct reader r = {a, path, err};
    json_t *root = read_json(a, path, FACTS_MAX_BYTES, err);
    if (root == NULL)
        return -1;
    *l = (struct drc_ledger){.subject = text_of(&r, root, "subject")};
    int rc = read_facts(&r, root, l) < 0 || read_names(&r, root, l) < 0 ? -1 : 0;
    json_decref(root);
    return rc;
}

/* ---- output ------------------------------------------------------------------------------- */

static void print_json(const struct drc_grounding *g)
{
    json_t *o = json_object(), *list = json_array();
    json_object_set_new(o, "ok", json_boolean(g->ok));
    for (size_t i = 0; i < g->sentence_count; i++) {
        const struct drc_ground_sentence *s = &g->sentences[i];
        json_t *line = json_object(), *reasons = json_array();
        json_object_set_new(line, "text", drc_json_text(s->text));
        json_object_set_new(line, "verdict", json_string(s->ok ? "ok" : "withheld"));
        for (size_t k = 0; k < s->reason_count; k++)
            json_array_append_new(reasons, drc_json_text(s->reasons[k]));
        json_object_set_new(line, "reasons", reasons);
        json_array_append_new(list, line);
    }
    json_object_set_new(o, "sentences", list);
    json_object_set_new(o, "figures", json_integer((json_int_t)g->figures));
    json_object_set_new(o, "traced", json_integer((json_int_t)g->traced));
    char *text = drc_json_dump(o);
    puts(text);
    free(text);
    json_decref(o);
}

static void print_text(const struct drc_grounding *g)
{
    for (size_t i = 0; i < g->sentence_count; i++) {
        const struct drc_ground_sentence *s = &g->sentences[i];
        printf("%-8s %s\n", s->ok ? "ok" : "withheld", s->text);
        for (size_t k = 0; k < s->reason_count; k++)
            printf("         %s\n", s->reasons[k]);
    }
    printf("%s: %zu of %zu %s traced\n", g->ok ? "ok" : "withheld", g->traced, g->figures,
           drc_fmt_noun((int64_t)g->figures, "figure", "figures"));
}

static void check_one(const struct drc_ledger *l, const char *text, bool as_json)
{
    struct drc_arena *a = drc_arena_new();
    struct drc_grounding g;
    drc_proof_fill_check(a, l, text, &g);
    if (as_json)
        print_json(&g);
    else
        print_text(&g);
    drc_arena_free(a);
}

/* ---- command ------------------------------------------------------------------------------ */

static int check_many(struct drc_arena *a, const struct drc_ledger *l, const char *path,
                      struct drc_err *err)
{
    const json_t *item;
    size_t i;
    json_t *list = read_json(a, path, ANSWERS_MAX_BYTES, err);
    if (list == NULL)
        return -1;
    int rc = json_is_array(list)
                 ? 0
                 : drc_err_set(err, DRC_ERR_INPUT, "%.200s: not an array of texts", path);
    json_array_foreach(list, i, item) if (rc == 0)
    {
        if (!json_is_string(item))
            rc = drc_err_set(err, DRC_ERR_INPUT, "%.200s: item %zu is not a text", path, i);
        else
            check_one(l, json_string_value(item), true);
    }
    json_decref(list);
    return rc;
}

static int check(struct drc_arena *a, const char *facts, const char *answer, const char *from,
                 bool as_json, struct drc_err *err)
{
    struct drc_ledger ledger;
    if (read_ledger(a, facts, &ledger, err) < 0)
        return -1;
    if (from != NULL)
        return check_many(a, &ledger, from, err);
    const char *text = drc_file_read(a, answer, DRC_GROUND_TEXT_MAX_BYTES, NULL, err);
    if (text == NULL)
        return -1;
    check_one(&ledger, text, as_json);
    return 0;
}

static int run(int argc, char **argv, struct drc_err *err)
{
    const char *facts = cli_option(argc, argv, "--facts"),
               *answer = cli_option(argc, argv, "--answer"),
               *from = cli_option(argc, argv, "--from");
    bool as_json = cli_flag(argc, argv, "--json");
    if (cli_no_more_options(argc, argv, err) < 0)
        return -1;
    if (facts == NULL || (answer == NULL) == (from == NULL))
        return drc_err_set(err, DRC_ERR_INPUT, "give --facts FILE and --answer FILE; try --help");
    struct drc_arena *a = drc_arena_new();
    int rc = check(a, facts, answer, from, as_json, err);
    drc_arena_free(a);
    return rc;
}

const struct cli_command cli_ground = {
    "ground", "--facts FACTS.json (--answer ANSWER.txt [--json] | --from ANSWERS.json)",
    "Says which sentences of an answer the facts support.\n\n"
    "  --facts FILE   an object with facts, entities, sources:\n"
    "    facts: id, entity (id or name; null for a total), metric, period, value (null: unknown),\n"
    "           unit (USD, micro-usd, ratio, %, pp, count, ms, min, h, bytes, DBU, factor), "
    "display,\n"
    "           source; derived facts also op and operands (ids)\n"
    "    entities: id, name, aliases. sources: id, title, url, text\n"
    "  --answer FILE  the text to check; {F3} stands for the display of fact F3, {J1} for a name\n"
    "  --from FILE    a JSON array of texts instead: one JSON object a line\n"
    "  --json         one object: ok, sentences (text, verdict ok or withheld, reasons), figures, "
    "traced\n\n"
    "ok is true only where no sentence is withheld. What cannot be traced is withheld.\n",
    run};
