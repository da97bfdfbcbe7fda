#include "search.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "drc/conf.h"
#include "drc/file.h"
#include "drc/fmt.h"
#include "drc/guard.h"
#include "drc/jsonx.h"
#include "drc/limits.h"
#include "drc/utf8.h"

#define SHOWN_CHARS 300
#define PAGES 5

/* ---- embedder, corpus, build -------------------------------------------------------------- */

int cli_embedder_open(struct drc_arena *a, bool for_build, struct cli_embedder *out,
                      struct drc_err *err)
{
    struct drc_err own = DRC_ERR_INIT;
    memset(out, 0, sizeof *out);
    if (drc_http_global_init(err) < 0)
        return -1;
    out->http = drc_http_new(drc_conf_str("DRC_CA_FILE"));
    out->embedder = drc_embedder_open(a, &own);
    if (out->embedder != NULL && (drc_embedder_guard(a, out->embedder, &own) < 0 ||
                                  drc_embedder_learn(out->embedder, out->http, a, &own) < 0))
        out->embedder = NULL;
    if (out->embedder != NULL)
        return 0;
    out->why = drc_arena_strdup(a, own.msg);
    return for_build && own.code != DRC_ERR_NOTFOUND
               ? drc_err_set(err, own.code, "the embedder: %.400s", own.msg)
               : 0;
}

void cli_embedder_close(struct cli_embedder *e)
{
    if (e->http != NULL)
        drc_http_free(e->http);
}

static int add_corpus(struct drc_corpus *c, const char *dir, struct drc_err *err)
{
    if (!drc_file_is_folder(dir))
        return drc_err_set(err, DRC_ERR_CONFIG, "%s is not a folder of pages", dir);
    return drc_corpus_add_folder(c, dir, err) < 0 ? -1 : drc_corpus_add_jsonl(c, dir, err);
}

int cli_corpus_load(int argc, char **argv, struct drc_arena *a, struct drc_corpus *out,
                    struct drc_err *err)
{
    const char *dir = cli_option(argc, argv, "--corpus"), *home;
    drc_corpus_init(out, a);
    if (dir == NULL) {
        if ((home = drc_conf_home(err)) == NULL)
            return -1;
        return add_corpus(out, drc_arena_printf(a, "%s/corpus", home), err);
    }
    for (; dir != NULL; dir = cli_option(argc, argv, "--corpus"))
        if (add_corpus(out, dir, err) < 0)
            return -1;
    return 0;
}

int cli_index_build(struct drc_arena *a, const struct drc_corpus *corpus, const char *dir,
                    const char *name, struct drc_err *err)
{
    struct cli_embedder e;
    struct drc_index_stats stats;
    for (size_t i = 0; i < corpus->note_count; i++)
        fprintf(stderr, "%s\n", corpus->notes[i]);
    if (cli_embedder_open(a, true, &e, err) < 0) {
        cli_embedder_close(&e);
        return -1;
    }
    struct drc_index_build job = {.dir = dir,
                                  .name = name,
                                  .embedder = e.embedder,
                                  .no_embedder = e.why,
                                  .http = e.http,
                                  .progress = cli_progress};
    int rc = drc_index_build(&job, corpus, &stats, err);
    const char *pages = drc_fmt_noun((int64_t)stats.pages, "page", "pages"),
               *passages = drc_fmt_noun((int64_t)stats.passages, "passage", "passages");
    if (rc == 0 && e.embedder == NULL)
        fprintf(stderr, "%s: words only, no search by meaning: %s\n", name, e.why);
    if (rc == 0 && stats.unchanged)
        printf("%s/%s: %zu %s, %zu %s, nothing has changed\n", dir, name, stats.pages, pages,
               stats.passages, passages);
    else if (rc == 0)
        printf("%s/%s: %zu %s, %zu %s, %zu %s made, %zu kept\n", dir, name, stats.pages, pages,
               stats.passages, passages, stats.embedded,
               drc_fmt_noun((int64_t)stats.embedded, "vector", "vectors"), stats.kept);
    cli_embedder_close(&e);
    return rc;
}

/* ---- output ------------------------------------------------------------------------------- */

static json_t *channel_json(const struct drc_channel *c)
{
    if (c->rank == 0)
        return json_null();
    return json_pack("{s:i, s:f}", "rank", c->rank, "score", c->score);
}

static json_t *found_json(const struct drc_found *f)
{
    json_t *o = json_object();
    const char *const texts[][2] = {
        {"id", f->id},           {"corpus", f->corpus},   {"title", f->title}, {"url", f->url},
        {"section", f->section}, {"heading", f->heading}, {"date", f->date},   {"text", f->text}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        json_object_set_new(o, texts[i][0], drc_json_text(texts[i][1]));
    json_object_set_new(o, "score", json_real(f->score));
    json_t *scores = json_object();
    json_object_set_new(scores, "lexical", channel_json(&f->lexical));
    json_object_set_new(scores, "parts", channel_json(&f->trigram));
    json_object_set_new(scores, "semantic", channel_json(&f->semantic));
    json_object_set_new(o, "scores", scores);
    return o;
}

static json_t *ids_json(const char *const *ids, size_t n, size_t max)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n && i < max; i++)
        json_array_append_new(list, drc_json_text(ids[i]));
    return list;
}

static void print_json(const char *question, const struct drc_asked *asked,
                       const struct drc_search_result *r, const char *note, size_t k)
{
    json_t *o = json_object(), *results = json_array();
    for (size_t i = 0; i < r->count; i++)
        json_array_append_new(results, found_json(&r->pages[i]));
    json_object_set_new(o, "question", drc_json_text(question));
    json_object_set_new(o, "searched", drc_json_text(asked->text));
    json_object_set_new(o, "corrected",
                        asked->note == NULL ? json_null() : drc_json_text(asked->note));
    json_object_set_new(o, "note", note == NULL ? json_null() : drc_json_text(note));
    json_object_set_new(o, "found", json_boolean(r->found));
    json_object_set_new(o, "results", results);
    json_object_set_new(o, "lexical", ids_json(r->lexical, r->lexical_count, k));
    json_object_set_new(o, "semantic", ids_json(r->semantic, r->semantic_count, k));
    char *text = drc_json_dump(o);
    puts(text);
    free(text);
    json_decref(o);
}

static void print_score(const char *name, const struct drc_channel *c)
{
    if (c->rank > 0)
        printf("  %s %d (%.2f)", name, c->rank, c->score);
}

static void print_text(struct drc_arena *a, const struct drc_asked *asked,
                       const struct drc_search_result *r, const char *note)
{
    if (note != NULL)
        printf("%s\n", note);
    if (asked->note != NULL)
        printf("%s\n", asked->note);
    if (!r->found)
        printf("no documentation found\n");
    for (size_t i = 0; i < r->count && r->found; i++) {
        const struct drc_found *f = &r->pages[i];
        printf("%2zu. %s%s%s\n    %s\n", i + 1, f->title, *f->heading == '\0' ? "" : ": ",
               f->heading, *f->url == '\0' ? f->id : f->url);
        printf("    %s\n    rank (score):",
               drc_utf8_clean(a, f->text, strlen(f->text), SHOWN_CHARS, false));
        print_score("words", &f->lexical);
        print_score("parts of words", &f->trigram);
        print_score("meaning", &f->semantic);
        puts("");
    }
}

/* ---- search ------------------------------------------------------------------------------- */

struct asking {
    struct drc_index *ix;
    struct drc_db *db;
    struct cli_embedder e;
    const char *corpus;
    size_t k;
    bool json;
};

static int ask(const struct asking *s, const char *question, struct drc_err *err)
{
    struct drc_arena *a = drc_arena_new();
    struct drc_asked asked;
    struct drc_search_result r;
    const char *note;
    int rc = drc_index_search(s->ix, s->db, s->e.http, a, question, s->corpus, s->k, &asked, &r,
                              &note, err);
    if (note == NULL)
        note = drc_index_semantic_off(s->ix);
    if (rc == 0 && s->json)
        print_json(question, &asked, &r, note, s->k);
    else if (rc == 0)
        print_text(a, &asked, &r, note);
    drc_arena_free(a);
    return rc;
}

static int ask_file(struct drc_arena *a, const struct asking *s, const char *path,
                    struct drc_err *err)
{
    char *text = drc_file_read(a, path, DRC_JSON_MAX_BYTES, NULL, err);
    if (text == NULL)
        return -1;
    for (char *line = text; *line != '\0';) {
        size_t n = strcspn(line, "\n");
        bool more = line[n] == '\n';
        line[n] = '\0';
        if (n > 0 && ask(s, line, err) < 0)
            return -1;
        line += n + more;
    }
    return 0;
}

static int open_asking(struct drc_arena *a, struct asking *s, const char *dir, const char *name,
                       struct drc_err *err)
{
    if (cli_embedder_open(a, false, &s->e, err) < 0)
        return -1;
    s->ix = drc_index_open(dir, name, s->e.embedder, s->e.why, s->e.http, err);
    s->db = s->ix == NULL ? NULL : drc_index_connect(s->ix, err);
    return s->db == NULL ? -1 : 0;
}

int cli_index_search(int argc, char **argv, const char *name, const char *corpus,
                     struct drc_err *err)
{
    struct asking s = {.corpus = corpus};
    const char *dir = cli_option(argc, argv, "--out"), *from = cli_option(argc, argv, "--from");
    int64_t k;
    if (cli_number(argc, argv, "--k", 1, DRC_SEARCH_PAGES_MAX, PAGES, &k, err) < 0)
        return -1;
    s.k = (size_t)k;
    s.json = cli_flag(argc, argv, "--json") || from != NULL;
    if (cli_no_more_options(argc, argv, err) < 0)
        return -1;
    struct drc_arena *a = drc_arena_new();
    const char *question = cli_words(a, argc, argv, 2);
    int rc = 0;
    if (from == NULL && *question == '\0')
        rc = drc_err_set(err, DRC_ERR_INPUT, "give a question, or --from FILE; try --help");
    if (rc == 0)
        rc = open_asking(a, &s, dir == NULL ? "data" : dir, name, err);
    if (rc == 0)
        rc = from == NULL ? ask(&s, question, err) : ask_file(a, &s, from, err);
    drc_db_close(s.db);
    drc_index_free(s.ix);
    cli_embedder_close(&s.e);
    drc_arena_free(a);
    return rc;
}
