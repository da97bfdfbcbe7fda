/* An entity by its id, its name, a part of the name, or the address of its page in Databricks. */
#include <string.h>

#include "drc/clock.h"
#include "drc/fmt.h"
#include "drc/limits.h"
#include "drc/run.h"
#include "drc/utf8.h"

#define CHOICES_MAX 20
#define NEAREST_MAX 9 /* edits within which a name is worth naming */

/* Columns of a file of sql/find, in their order. */
enum { KEY, NAME, WORKSPACE, AS_OF, MATCH_RANK, COLUMNS };

static const char *text_at(const struct drc_rows *rows, size_t row, int column)
{
    const struct drc_cell *c = &rows->cells[row * COLUMNS + (size_t)column];
    return c->type == DRC_CELL_TEXT ? c->text : "";
}

/* The part of an address behind `mark`, up to what ends an id; NULL where the mark is not there. */
static const char *id_behind(struct drc_arena *a, const char *text, const char *mark)
{
    const char *p = strstr(text, mark);
    if (p == NULL)
        return NULL;
    p += strlen(mark);
    size_t n = strspn(p, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_");
    return n == 0 ? NULL : drc_arena_strndup(a, p, n);
}

const char *drc_url_entity(struct drc_arena *a, const char *text, const char **id)
{
    static const struct {
        const char *mark, *kind;
    } places[] = {{"/runs/", "run"},
                  {"/run/", "run"},
                  {"/jobs/", "job"},
                  {"#job/", "job"},
                  {"/sql/warehouses/", "warehouse"},
                  {"/compute/clusters/", "cluster"}};
    if (strncmp(text, "https://", 8) != 0)
        return NULL;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if ((*id = id_behind(a, text, places[i].mark)) != NULL)
            return places[i].kind;
    return NULL;
}

static int find(struct drc_env *env, const struct drc_finder *f, const char *q, size_t max,
                struct drc_rows *rows, struct drc_err *err)
{
    struct drc_sql_param params[] = {{"q", {DRC_CELL_TEXT, 0, 0, q}},
                                     {"workspace", {DRC_CELL_NULL, 0, 0, NULL}}};
    if (drc_db_select(env->facts, env->a, f->sql, params, 2, max, DRC_REPORT_DEADLINE_MS, rows,
                      err) < 0)
        return drc_err_context(err, "looking for a %s", f->noun);
    return 0;
}

static int not_found(struct drc_env *env, const struct drc_finder *f, const char *q,
                     struct drc_err *err)
{
    struct drc_rows all;
    const char *best = NULL;
    int distance = NEAREST_MAX;
    if (find(env, f, "", DRC_REPORT_ROWS_MAX, &all, err) < 0)
        return -1;
    for (size_t i = 0; i < all.row_count; i++) {
        const char *name = text_at(&all, i, NAME);
        int d = drc_utf8_distance(q, name);
        if (d < distance && (size_t)d < strlen(q)) {
            distance = d;
            best = name;
        }
    }
    if (best != NULL)
        return drc_err_set(err, DRC_ERR_NOTFOUND, "there is no %s '%.80s'. Did you mean '%.80s'?",
                           f->noun, q, best);
    if (all.row_count == 0) /* a kind without names */
        return drc_err_set(err, DRC_ERR_NOTFOUND,
                           "there is no %s '%.80s'; give the id that its page in Databricks shows",
                           f->noun, q);
    return drc_err_set(err, DRC_ERR_NOTFOUND,
                       "there is no %s '%.80s'; give its id, its name or a part of the name",
                       f->noun, q);
}

static int offer(struct drc_env *env, const struct drc_request *req, const struct drc_finder *f,
                 const char *q, const struct drc_rows *rows, struct drc_err *err)
{
    struct drc_option *options = drc_arena_array(env->a, rows->row_count, sizeof *options);
    size_t n = 0;
    for (size_t i = 0; i < rows->row_count; i++) {
        const char *name = text_at(rows, i, NAME), *ws = text_at(rows, i, WORKSPACE);
        const char *value = drc_value_make(env->a, "-", text_at(rows, i, KEY));
        if (strlen(value) <= DRC_OPTION_VALUE_MAX)
            options[n++] =
                (struct drc_option){drc_utf8_clean(env->a, name, strlen(name), 75, false), value,
                                    drc_utf8_clean(env->a, ws, strlen(ws), 75, false), NULL};
    }
    return drc_whisper(
        env, req,
        drc_compose_choice(
            env->a,
            drc_arena_printf(env->a, "%zu %s fit \u201c%s\u201d. Which one?", n, f->nouns, q),
            options, n),
        err);
}

/* Its row in a report, or its own, becomes a run that the card and its questions stand on. */
static int make_run(struct drc_env *env, const struct drc_request *req, const struct drc_finder *f,
                    const struct drc_rows *found, struct drc_run *run, struct drc_err *err)
{
    const char *entity = text_at(found, 0, KEY), *as_of = text_at(found, 0, AS_OF);
    struct drc_params params;
    struct drc_result res;
    if (drc_params_parse(env->a, f->rows, "", &params, err) < 0)
        return -1;
    if (f->rows->single)
        params.entity = entity;
    if (*as_of != '\0' && drc_date_parse(as_of, &params.as_of_day) < 0)
        return drc_err_set(err, DRC_ERR_CONFIG, "%s: '%.40s' is not a day", f->path, as_of);
    if (drc_report_run(env->facts, env->a, f->rows, &params, &res, err) < 0)
        return -1;
    if (drc_result_find(&res, entity) < 0)
        return drc_err_set(err, DRC_ERR_NOTFOUND, "'%.80s' had no cost in the last %d %s",
                           text_at(found, 0, NAME), params.days,
                           drc_fmt_noun(params.days, "day", "days"));
    return drc_store_run_put(env->state, env->a, env->snap, req->key, req->user, req->channel, &res,
                             env->now_ms, run, err);
}

/* The finder of a kind and what it finds; at least one row. */
static int look_up(struct drc_env *env, const char *kind, const char *q,
                   const struct drc_finder **f, struct drc_rows *rows, struct drc_err *err)
{
    *f = drc_snapshot_finder(env->snap, kind, strlen(kind));
    if (*f == NULL)
        return drc_err_set(err, DRC_ERR_INPUT, "a %.40s cannot be looked up by its name", kind);
    if (*q == '\0')
        return drc_err_set(err, DRC_ERR_INPUT,
                           "which %s? Give its id or its name, for example `%s%s 1042`", (*f)->noun,
                           env->poster->sigil, kind);
    if (find(env, *f, q, CHOICES_MAX, rows, err) < 0)
        return -1;
    return rows->row_count == 0 ? not_found(env, *f, q, err) : 0;
}

static bool is_clear(const struct drc_rows *rows)
{
    return rows->row_count == 1 || rows->cells[MATCH_RANK].i != rows->cells[COLUMNS + MATCH_RANK].i;
}

static const char *words_of(struct drc_env *env, const char *words)
{
    return drc_utf8_clean(env->a, words, strlen(words), DRC_NAME_MAX_CHARS * 2, false);
}

int drc_find_entity(struct drc_env *env, const struct drc_request *req, const char *kind,
                    const char *words, struct drc_run *run, const char **entity,
                    struct drc_err *err)
{
    const char *q = words_of(env, words);
    const struct drc_finder *f;
    struct drc_rows rows;
    if (look_up(env, kind, q, &f, &rows, err) < 0)
        return -1;
    if (!is_clear(&rows))
        return drc_err_set(err, DRC_ERR_INPUT, "several %s fit '%.80s': give the id, such as '%s'",
                           f->nouns, q, text_at(&rows, 0, KEY));
    *entity = text_at(&rows, 0, KEY);
    return make_run(env, req, f, &rows, run, err);
}

int drc_run_entity(struct drc_env *env, const struct drc_request *req, const char *kind,
                   const char *words, struct drc_err *err)
{
    const char *q = words_of(env, words);
    const struct drc_finder *f;
    struct drc_rows rows;
    struct drc_run run;
    if (look_up(env, kind, q, &f, &rows, err) < 0)
        return -1;
    if (!is_clear(&rows))
        return offer(env, req, f, q, &rows, err);
    if (make_run(env, req, f, &rows, &run, err) < 0)
        return -1;
    return drc_run_card(env, req, &run, text_at(&rows, 0, KEY), err);
}
