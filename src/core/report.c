#include "drc/report.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "drc/answer.h"
#include "drc/digest.h"
#include "drc/file.h"
#include "drc/limits.h"
#include "drc/meta.h"

static const char *const keys[] = {
    "id",      "version", "title",  "pillar", "question",  "entity", "noun",   "nouns",
    "key",     "label",   "amount", "live",   "mark",      "series", "column", "param",
    "top",     "order",   "method", "chip",   "reconcile", "figure", "card",   "details",
    "summary", "finding", "empty",  "graph",  "reads",     "place",  NULL};

static const struct {
    const char *name;
    enum drc_unit unit;
} units[] = {{"usd", DRC_UNIT_USD},       {"count", DRC_UNIT_COUNT}, {"ratio", DRC_UNIT_RATIO},
             {"ms", DRC_UNIT_MS},         {"time", DRC_UNIT_TIME},   {"text", DRC_UNIT_TEXT},
             {"json", DRC_UNIT_JSON},     {"id", DRC_UNIT_ID},       {"factor", DRC_UNIT_FACTOR},
             {"change", DRC_UNIT_CHANGE}, {"delta", DRC_UNIT_DELTA}};

const struct drc_db_column drc_report_state[] = {
    {"ai_call", "ts_ms"},      {"ai_call", "chip"},       {"ai_call", "model"},
    {"ai_call", "tokens_in"},  {"ai_call", "tokens_out"}, {"ai_call", "cost_uusd"},
    {"ai_call", "ms"},         {"ai_call", "tries"},      {"ai_call", "estimated"},
    {"ai_call", "cache_hit"},  {"ai_call", "verdict"},    {"ai_call", "answer_id"},
    {"feedback", "answer_id"}, {"feedback", "helpful"},
};
const size_t drc_report_state_count = sizeof drc_report_state / sizeof *drc_report_state;

static int parse_unit(const char *path, int line, const char *name, enum drc_unit *out,
                      struct drc_err *err)
{
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (strcmp(units[i].name, name) == 0) {
            *out = units[i].unit;
            return 0;
        }
    return drc_err_set(err, DRC_ERR_CONFIG, "%s:%d: unknown unit '%s'", path, line, name);
}

static int take_column(struct drc_arena *a, struct drc_report *r, const struct drc_meta_entry *e,
                       struct drc_err *err)
{
    const char *part[4];
    size_t n = drc_meta_split(a, e->value, '|', part, 4);
    const char *scope = n == 4 ? part[3] : "";
    if (n < 3 || n > 4 || (n == 4 && strcmp(scope, "whole") != 0 && strcmp(scope, "each") != 0))
        return drc_err_set(err, DRC_ERR_CONFIG,
                           "%s:%d: a column is 'name | unit | Title', or with '| whole' or "
                           "'| each' behind it",
                           r->path, e->line);
    struct drc_column *c = &r->columns[r->column_count++];
    c->name = part[0];
    c->title = part[2];
    c->whole = strcmp(scope, "whole") == 0;
    c->each = strcmp(scope, "each") == 0;
    return parse_unit(r->path, e->line, part[1], &c->unit, err);
}

/* "1..365" around a default; days never more than a stored run may have. */
static bool range_holds(const struct drc_param_def *p)
{
    const char *dots = strstr(p->kind, "..");
    if (dots == NULL)
        return true;
    long lo = strtol(p->kind, NULL, 10), hi = strtol(dots + 2, NULL, 10),
         dflt = strtol(p->dflt, NULL, 10);
    bool days = strcmp(p->name, "days") == 0;
    return lo <= dflt && dflt <= hi && (!days || (lo >= 1 && hi <= DRC_DAYS_MAX));
}

static int take_param(struct drc_arena *a, struct drc_report *r, const struct drc_meta_entry *e,
                      struct drc_err *err)
{
    const char *part[3];
    if (drc_meta_split(a, e->value, '|', part, 3) != 3)
        return drc_err_set(err, DRC_ERR_CONFIG, "%s:%d: a parameter is 'name | default | range'",
                           r->path, e->line);
    struct drc_param_def *p = &r->params[r->param_count++];
    *p = (struct drc_param_def){part[0], part[1], part[2]};
    if (!range_holds(p))
        return drc_err_set(err, DRC_ERR_CONFIG, "%s:%d: the default or the range of '%s' is wrong",
                           r->path, e->line, p->name);
    return 0;
}

static size_t take_names(struct drc_arena *a, const char *list, const char ***out)
{
    *out = drc_arena_array(a, DRC_REPORT_COLUMNS_MAX, sizeof **out);
    return list == NULL ? 0 : drc_meta_split(a, list, ',', *out, DRC_REPORT_COLUMNS_MAX);
}

static int take_figure(struct drc_arena *a, const struct drc_report *r,
                       const struct drc_meta_entry *e, struct drc_figure *out, struct drc_err *err)
{
    const char *part[3] = {NULL, NULL, NULL};
    size_t n = drc_meta_split(a, e->value, '|', part, 3);
    if (n < 2 || n > 3)
        return drc_err_set(err, DRC_ERR_CONFIG,
                           "%s:%d: a figure is 'Label | text' or 'Label | text | otherwise'",
                           r->path, e->line);
    *out = (struct drc_figure){part[0], part[1], part[2]};
    if (drc_slots_lint(r->path, e->line, out->label, err) < 0)
        return -1;
    if (out->otherwise != NULL && drc_slots_lint(r->path, e->line, out->otherwise, err) < 0)
        return -1;
    return drc_slots_lint(r->path, e->line, out->text, err);
}

/* The lists of the header: columns, parameters, figures, chips. */
static int take_lists(struct drc_arena *a, const struct drc_meta *m, struct drc_report *r,
                      struct drc_err *err)
{
    r->columns = drc_arena_array(a, m->count, sizeof *r->columns);
    r->params = drc_arena_array(a, m->count, sizeof *r->params);
    r->chips = drc_arena_array(a, m->count, sizeof *r->chips);
    r->figures = drc_arena_array(a, m->count, sizeof *r->figures);
    r->cards = drc_arena_array(a, m->count, sizeof *r->cards);
    for (size_t i = 0; i < m->count; i++) {
        const struct drc_meta_entry *e = &m->entries[i];
        int rc = 0;
        if (strcmp(e->key, "column") == 0)
            rc = take_column(a, r, e, err);
        else if (strcmp(e->key, "param") == 0)
            rc = take_param(a, r, e, err);
        else if (strcmp(e->key, "figure") == 0)
            rc = take_figure(a, r, e, &r->figures[r->figure_count++], err);
        else if (strcmp(e->key, "card") == 0)
            rc = take_figure(a, r, e, &r->cards[r->card_count++], err);
        else if (strcmp(e->key, "chip") == 0)
            r->chips[r->chip_count++] = e->value;
        if (rc < 0)
            return -1;
    }
    static const struct drc_figure figures[] = {
        {"Total", "{amount}", NULL}, {"Top {kind}", "{top}  {top_share} of the total", NULL}};
    static const struct drc_figure cards[] = {
        {"Amount", "{amount}, {share} of the total, rank {rank} of {entity_count}", NULL}};
    if (r->figure_count == 0) {
        memcpy(r->figures, figures, sizeof figures);
        r->figure_count = sizeof figures / sizeof *figures;
    }
    if (r->card_count == 0) {
        memcpy(r->cards, cards, sizeof cards);
        r->card_count = sizeof cards / sizeof *cards;
    }
    r->series_count = take_names(a, drc_meta_get(m, "series"), &r->series);
    r->detail_count = take_names(a, drc_meta_get(m, "details"), &r->details);
    return 0;
}

static const char *or_else(const char *value, const char *dflt)
{
    return value == NULL ? dflt : value;
}

static int take_header(struct drc_arena *a, const struct drc_meta *m, struct drc_report *r,
                       struct drc_err *err)
{
    const struct {
        const char *key;
        const char **to;
    } needed[] = {{"id", &r->id},         {"title", &r->title},
                  {"pillar", &r->pillar}, {"question", &r->question},
                  {"entity", &r->entity}, {"key", &r->key},
                  {"label", &r->label},   {"mark", &r->mark}};
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) {
        *needed[i].to = drc_meta_need(m, needed[i].key, err);
        if (*needed[i].to == NULL)
            return -1;
    }
    const char *version = drc_meta_get(m, "version"), *top = drc_meta_get(m, "top"),
               *place = drc_meta_get(m, "place");
    r->version = version == NULL ? 1 : (int)strtol(version, NULL, 10);
    r->top = top == NULL ? DRC_CHART_BARS_MAX : (int)strtol(top, NULL, 10);
    if (r->top < 1 || r->top > DRC_CHART_BARS_MAX)
        return drc_err_set(err, DRC_ERR_CONFIG, "%s: top is 1 to %d", r->path, DRC_CHART_BARS_MAX);
    r->place = place == NULL ? DRC_REPORT_NO_PLACE : (int)strtol(place, NULL, 10);
    if (r->place < 1 || (place != NULL && r->place >= DRC_REPORT_NO_PLACE))
        return drc_err_set(err, DRC_ERR_CONFIG, "%s: place is 1 to %d", r->path,
                           DRC_REPORT_NO_PLACE - 1);
    r->noun = or_else(drc_meta_get(m, "noun"), r->entity);
    r->nouns = or_else(drc_meta_get(m, "nouns"), drc_arena_printf(a, "%ss", r->noun));
    r->amount = or_else(drc_meta_get(m, "amount"), "total_uusd");
    r->live = or_else(drc_meta_get(m, "live"), r->amount);
    r->graph = or_else(drc_meta_get(m, "graph"), r->key);
    r->summary = drc_meta_get(m, "summary");
    r->finding = drc_meta_get(m, "finding");
    r->empty = drc_meta_get(m, "empty");
    r->method = drc_meta_get(m, "method");
    const char *reads = drc_meta_get(m, "reads");
    r->reads_state = reads != NULL && strcmp(reads, "state") == 0;
    if (reads != NULL && !r->reads_state)
        return drc_err_set(err, DRC_ERR_CONFIG, "%s: a report reads the facts, or 'reads: state'",
                           r->path);
    r->reconcile_path = drc_meta_get(m, "reconcile");
    return take_lists(a, m, r, err);
}

/* Words that read a clock or toss a coin: a report must give the same answer twice. */
static int check_determinism(const struct drc_report *r, struct drc_err *err)
{
    static const char *const banned[] = {
        "'now'",       "current_date", "current_timestamp", "current_time",
        "random(",     "randomblob(",  "last_insert_rowid", "unixepoch()",
        "julianday()", "date()",       "datetime()"};
    for (size_t i = 0; i < sizeof banned / sizeof *banned; i++)
        if (strcasestr(r->sql, banned[i]) != NULL)
            return drc_err_set(err, DRC_ERR_CONFIG,
                               "%s: '%s' would make the result change by itself", r->path,
                               banned[i]);
    if (strcasestr(r->sql, "order by") == NULL)
        return drc_err_set(err, DRC_ERR_CONFIG, "%s: a report states its order (ORDER BY)",
                           r->path);
    return 0;
}

static bool has_column(const struct drc_rows *rows, const char *name)
{
    for (size_t i = 0; i < rows->column_count; i++)
        if (strcmp(rows->columns[i], name) == 0)
            return true;
    return false;
}

static const struct drc_column *find_column(const struct drc_report *r, const char *name)
{
    for (size_t i = 0; i < r->column_count; i++)
        if (strcmp(r->columns[i].name, name) == 0)
            return &r->columns[i];
    return NULL;
}

static int undeclared(const struct drc_report *r, const char *name, struct drc_err *err)
{
    return drc_err_set(err, DRC_ERR_CONFIG,
                       "%s: the header uses '%s', which is not a declared column", r->path, name);
}

static int check_columns(struct drc_arena *a, const struct drc_report *r, struct drc_db *facts,
                         struct drc_err *err)
{
    struct drc_rows shape;
    if (drc_db_describe(facts, a, r->sql, &shape, err) < 0)
        return drc_err_context(err, "%s", r->path);
    for (size_t i = 0; i < r->column_count; i++)
        if (!has_column(&shape, r->columns[i].name))
            return drc_err_set(err, DRC_ERR_CONFIG, "%s: the SQL has no column '%s'", r->path,
                               r->columns[i].name);
    const char *const single[] = {r->key, r->label, r->amount, r->live, r->graph};
    for (size_t i = 0; i < sizeof single / sizeof *single; i++)
        if (find_column(r, single[i]) == NULL)
            return undeclared(r, single[i], err);
    for (size_t i = 0; i < r->series_count; i++)
        if (find_column(r, r->series[i]) == NULL)
            return undeclared(r, r->series[i], err);
    for (size_t i = 0; i < r->detail_count; i++)
        if (find_column(r, r->details[i]) == NULL)
            return undeclared(r, r->details[i], err);
    return 0;
}

static int load_reconcile(struct drc_arena *a, const char *home, struct drc_report *r,
                          struct drc_db *facts, struct drc_err *err)
{
    if (r->reconcile_path == NULL)
        return 0;
    if (strstr(r->reconcile_path, "..") != NULL)
        return drc_err_set(err, DRC_ERR_CONFIG, "%s: reconcile names a file under sql/", r->path);
    const char *path = drc_arena_printf(a, "%s/%s", home, r->reconcile_path);
    r->reconcile_sql = drc_file_read(a, path, DRC_REPORT_SQL_MAX_BYTES, NULL, err);
    if (r->reconcile_sql == NULL)
        return -1;
    struct drc_rows shape;
    if (drc_db_describe(facts, a, r->reconcile_sql, &shape, err) < 0)
        return drc_err_context(err, "%s", r->reconcile_path);
    static const char *const need[] = {"billed_uusd", "explained_uusd", "bill_uusd"};
    for (size_t i = 0; i < sizeof need / sizeof *need; i++)
        if (!has_column(&shape, need[i]))
            return drc_err_set(err, DRC_ERR_CONFIG, "%s: the SQL has no column '%s'",
                               r->reconcile_path, need[i]);
    return 0;
}

/* Columns and reconciliation against the schema that the report reads. */
static int check_sql(struct drc_arena *a, const char *home, struct drc_report *r,
                     struct drc_db *facts, struct drc_err *err)
{
    if (!r->reads_state)
        return check_columns(a, r, facts, err) < 0 ? -1 : load_reconcile(a, home, r, facts, err);
    struct drc_db *state = drc_db_open_schema(drc_arena_printf(a, "%s/sql/state", home), err);
    int rc = state == NULL
                 ? -1
                 : drc_db_sandbox_only(state, drc_report_state, drc_report_state_count, err);
    if (rc == 0)
        rc = check_columns(a, r, state, err) < 0 ? -1 : load_reconcile(a, home, r, state, err);
    drc_db_close(state);
    return rc;
}

int drc_report_load(struct drc_arena *a, const char *home, const char *dir, const char *file_name,
                    struct drc_db *facts, struct drc_report *out, struct drc_err *err)
{
    memset(out, 0, sizeof *out);
    out->path = drc_arena_printf(a, "%s/%s", dir, file_name);
    out->single = strcmp(dir, DRC_ENTITIES_DIR) == 0;
    const char *full = drc_arena_printf(a, "%s/%s", home, out->path);
    out->sql = drc_file_read(a, full, DRC_REPORT_SQL_MAX_BYTES, NULL, err);
    struct drc_meta m;
    if (out->sql == NULL ||
        drc_meta_parse(a, DRC_META_SQL, out->path, out->sql, keys, &m, err) < 0 ||
        take_header(a, &m, out, err) < 0 || check_determinism(out, err) < 0 ||
        check_sql(a, home, out, facts, err) < 0)
        return -1;
    size_t stem = strlen(file_name) - strlen(".sql");
    if (strlen(out->id) != stem || strncmp(out->id, file_name, stem) != 0)
        return drc_err_set(err, DRC_ERR_CONFIG, "%s: id '%s' is not the file's name", out->path,
                           out->id);
    const char *both = drc_arena_printf(a, "%s\n%s", out->sql,
                                        out->reconcile_sql == NULL ? "" : out->reconcile_sql);
    drc_sha256_hex(both, strlen(both), out->sql_hash);
    return 0;
}

enum drc_unit drc_report_unit(const struct drc_report *r, const char *column)
{
    const struct drc_column *c = find_column(r, column);
    return c == NULL ? DRC_UNIT_TEXT : c->unit;
}

const char *drc_report_title(const struct drc_report *r, const char *column)
{
    const struct drc_column *c = find_column(r, column);
    return c == NULL ? column : c->title;
}
