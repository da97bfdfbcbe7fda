/* Runbooks and documentation for a context, and the route of a typed question. */
#include <string.h>

#include "drc/guard.h"
#include "drc/log.h"
#include "drc/run.h"
#include "drc/runbook.h"
#include "drc/utf8.h"

#define PAGES_FOUND 3 /* of documentation, at most */
#define RUNBOOKS_MAX 2
#define NEAR_SHARE 0.8
#define MEANT_SEARCHED 10 /* cards of all kinds, of which those of the report count */
#define NOT_MEASURED (-2.0)
#define PEOPLE_MAX 200000

/* Searches one corpus. 1: searched; 0: there is nothing to search in, *off says why. */
static int search(struct drc_env *env, const char *text, const char *corpus, size_t k,
                  struct drc_search_result *out, const char **searched, const char **off,
                  struct drc_err *err)
{
    struct drc_asked asked;
    const char *note = NULL;
    memset(out, 0, sizeof *out);
    *searched = NULL;
    *off = "no index is open here";
    if (env->reader == NULL || env->reader->library == NULL)
        return 0;
    struct drc_db *db = drc_reader_docs(env->reader, off);
    if (db == NULL)
        return 0;
    const struct drc_index *ix = drc_library_docs(env->reader->library, off);
    if (drc_index_search(ix, db, env->http, env->a, text, corpus, k, &asked, out, &note, err) < 0)
        return -1;
    if (note != NULL)
        *off = note;
    *searched = asked.note == NULL ? drc_arena_printf(env->a, "\"%s\"", text)
                                   : drc_arena_printf(env->a, "\"%s\", %s", text, asked.note);
    return 1;
}

int drc_env_route(struct drc_env *env, const char *text, const char *kind, bool named,
                  struct drc_typed *out, struct drc_err *err)
{
    memset(out, 0, sizeof *out);
    out->text = drc_utf8_clean(env->a, text, strlen(text), 500, false);
    int found =
        search(env, out->text, "docs", PAGES_FOUND, &out->pages, &out->searched, &out->off, err);
    if (found < 0)
        return -1;
    struct drc_routing_input in = {out->text, kind, named, NOT_MEASURED, NOT_MEASURED};
    if (found == 1 && out->off == NULL)
        in.cosine = out->pages.best_cosine;
    if (found == 1)
        in.overlap = 0;
    for (size_t i = 0; i < out->pages.count; i++) {
        const struct drc_found *p = &out->pages.pages[i];
        double share = drc_routing_overlap(
            env->a, out->text, drc_arena_printf(env->a, "%s %s %s", p->title, p->heading, p->text));
        if (share > in.overlap)
            in.overlap = share;
    }
    out->route = drc_routing_decide(env->a, &in);
    return 0;
}

static const char *scores(struct drc_arena *a, const struct drc_found *p)
{
    return drc_arena_printf(a, "fused %.4f, words rank %d (%.2f), meaning rank %d (%.3f)", p->score,
                            p->lexical.rank, p->lexical.score, p->semantic.rank, p->semantic.score);
}

/* A further page counts where it is nearly as near to the question as the first: by meaning where
 * that was searched, else by words. */
static bool near_first(const struct drc_found *first, const struct drc_found *p)
{
    if (first->semantic.rank > 0)
        return p->semantic.rank > 0 && p->semantic.score >= NEAR_SHARE * first->semantic.score;
    return p->lexical.score >= NEAR_SHARE * first->lexical.score;
}

static void add_pages(struct drc_arena *a, const struct drc_search_result *found,
                      struct drc_passage *out, size_t *n)
{
    for (size_t i = 0; found->found && i < found->count && i < PAGES_FOUND; i++) {
        const struct drc_found *p = &found->pages[i];
        if (!near_first(&found->pages[0], p))
            continue;
        out[(*n)++] = (struct drc_passage){.id = "D",
                                           .title = p->title,
                                           .section = p->heading,
                                           .url = *p->url == '\0' ? NULL : p->url,
                                           .text = p->text,
                                           .why = "search",
                                           .page = p->id,
                                           .date = p->date,
                                           .score = p->score,
                                           .scores = scores(a, p)};
    }
}

static int add_runbooks(struct drc_env *env, const char *text, const struct drc_context *c,
                        struct drc_passage *out, size_t *n, struct drc_err *err)
{
    struct drc_runbook_match match[RUNBOOKS_MAX];
    struct drc_search_result found;
    const char *searched, *off;
    memset(&found, 0, sizeof found);
    if (text != NULL &&
        search(env, text, "runbooks", RUNBOOKS_MAX, &found, &searched, &off, err) < 0)
        return -1;
    size_t count = drc_runbooks_match(env->a, &env->snap->runbooks, c, &found, match, RUNBOOKS_MAX);
    for (size_t i = 0; i < count; i++) {
        const struct drc_page *p = match[i].page;
        out[(*n)++] = (struct drc_passage){.id = "R",
                                           .title = p->title,
                                           .section = "",
                                           .url = *p->url == '\0' ? NULL : p->url,
                                           .text = p->body,
                                           .why = match[i].why,
                                           .page = p->id,
                                           .date = p->date};
    }
    return 0;
}

struct drc_withhold drc_env_withhold(const struct drc_env *env)
{
    return drc_withhold_for(env->llm == NULL ? NULL : env->llm->base_url);
}

/* Who may not be named. More people than fit are an error: nobody is forgotten. */
static int add_people(struct drc_env *env, struct drc_context *c, struct drc_err *err)
{
    struct drc_rows rows;
    if (drc_db_select(env->facts, env->a, env->snap->people_sql, NULL, 0, PEOPLE_MAX,
                      DRC_REPORT_DEADLINE_MS, &rows, err) < 0)
        return drc_err_context(err, "sql/people.sql");
    if (rows.truncated)
        return drc_err_set(err, DRC_ERR_LIMIT,
                           "more than %d people: set LLM_SEND_PEOPLE=1, or no prompt can be made",
                           PEOPLE_MAX);
    const char **names = drc_arena_array(env->a, rows.row_count + 1, sizeof *names);
    size_t n = 0;
    for (size_t i = 0; i < rows.row_count; i++)
        if (rows.cells[i * rows.column_count].type == DRC_CELL_TEXT)
            names[n++] = rows.cells[i * rows.column_count].text;
    c->people = drc_people_new(env->a, names, n);
    return 0;
}

int drc_env_assemble(struct drc_env *env, const struct drc_chip *chip,
                     const struct drc_typed *typed, struct drc_context *c, struct drc_err *err)
{
    struct drc_passage found[RUNBOOKS_MAX + PAGES_FOUND];
    struct drc_search_result pages;
    const struct drc_graph *graph =
        chip->causes > 0 ? drc_snapshot_graph(env->snap, env->facts, err) : NULL;
    if (chip->causes > 0 &&
        (graph == NULL || drc_context_causes(env->a, &env->snap->chips, env->snap->causes_sql,
                                             graph, env->facts, chip, c, err) < 0))
        return -1;
    const char *text = typed != NULL ? typed->text : drc_chip_search_text(chip, c);
    unsigned corpora = DRC_CORPUS_TELEMETRY | (chip->runbooks ? DRC_CORPUS_RUNBOOKS : 0u) |
                       (chip->docs ? DRC_CORPUS_DOCS : 0u);
    size_t n = 0;
    if (typed != NULL)
        corpora = typed->route.corpora;
    c->route = drc_arena_printf(
        env->a, "%s, by %s: %s", drc_routing_corpora(env->a, corpora),
        typed != NULL ? "rule" : "chip",
        typed != NULL ? drc_arena_printf(env->a, "%s (%s)", typed->route.rule, typed->route.reason)
                      : chip->id);
    if (corpora & DRC_CORPUS_RUNBOOKS &&
        add_runbooks(env, typed == NULL ? NULL : text, c, found, &n, err) < 0)
        return -1;
    if (corpora & DRC_CORPUS_DOCS) {
        c->docs_wanted = true;
        if (typed != NULL) {
            pages = typed->pages;
            c->searched = typed->searched;
            c->docs_off = typed->off;
        } else if (search(env, text, "docs", PAGES_FOUND, &pages, &c->searched, &c->docs_off, err) <
                   0) {
            return -1;
        }
        add_pages(env->a, &pages, found, &n);
    }
    if (!(corpora & DRC_CORPUS_TELEMETRY)) {
        c->fact_count = 0;
        c->edge_count = 0;
        c->edge_total = 0;
        c->docs_only = true;
    }
    c->withhold = drc_env_withhold(env);
    c->in_form = env->llm != NULL && env->llm->caps.schema != DRC_LLM_SCHEMA_NONE;
    if (c->withhold.people && add_people(env, c, err) < 0)
        return -1;
    drc_context_assemble(env->a, c, found, n);
    return 0;
}

size_t drc_env_meant(struct drc_env *env, const struct drc_result *res, const char *text, int *rows,
                     size_t max)
{
    struct drc_err err = DRC_ERR_INIT;
    struct drc_search_result found;
    struct drc_asked asked;
    const char *off, *note;
    size_t n = 0;
    if (env->reader == NULL || env->reader->library == NULL)
        return 0;
    struct drc_db *db = drc_reader_telemetry(env->reader, &off);
    if (db == NULL)
        return 0;
    if (drc_index_search(drc_library_telemetry(env->reader->library, &off), db, env->http, env->a,
                         text, "telemetry", MEANT_SEARCHED, &asked, &found, &note, &err) < 0) {
        drc_log(DRC_LOG_WARN, "library", "why=\"%s\"", err.msg);
        return 0;
    }
    for (size_t i = 0; found.found && i < found.count && n < max; i++) {
        int row = drc_result_find(res, found.pages[i].id);
        if (row >= 0)
            rows[n++] = row;
    }
    return n;
}
