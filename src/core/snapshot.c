#include "drc/snapshot.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "drc/digest.h"
#include "drc/file.h"
#include "drc/limits.h"
#include "drc/log.h"
#include "drc/meta.h"
#include "drc/raster.h"
#include "drc/utf8.h"

#define FONT_MAX_BYTES (16u * 1024u * 1024u)
#define THEME_MAX_BYTES 65536u

static pthread_mutex_t theme_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t graph_lock = PTHREAD_MUTEX_INITIALIZER;

/* Those with a place lead, then those of the facts; the rest stays by id. */
static bool goes_before(const struct drc_report *x, const struct drc_report *y)
{
    if (x->place != y->place)
        return x->place < y->place;
    return x->reads_state < y->reads_state;
}

static int load_reports(struct drc_snapshot *s, const char *dir, struct drc_db *facts,
                        struct drc_report **out, size_t *count, struct drc_err *err)
{
    const char **names, *path = drc_arena_printf(s->arena, "%s/%s", s->home, dir);
    size_t n = 0;
    if (drc_file_exists(path) && drc_file_list(s->arena, path, ".sql", &names, &n, err) < 0)
        return -1;
    struct drc_report *list = drc_arena_array(s->arena, n + 1, sizeof *list), r;
    for (size_t i = 0; i < n; i++) {
        if (drc_report_load(s->arena, s->home, dir, names[i], facts, &r, err) < 0)
            return -1;
        size_t at = i;
        while (at > 0 && goes_before(&r, &list[at - 1]))
            at--;
        memmove(&list[at + 1], &list[at], (i - at) * sizeof *list);
        list[at] = r;
    }
    *out = list;
    *count = n;
    return 0;
}

static int load_finder(struct drc_snapshot *s, struct drc_db *facts, const char *name,
                       struct drc_finder *f, struct drc_err *err)
{
    static const char *const keys[] = {"id", "title", "rows", NULL}, *const columns[] = {
                                                                         "entity_key",
                                                                         "entity_name",
                                                                         "workspace_name", "as_of",
                                                                         "match_rank"};
    struct drc_meta m;
    struct drc_rows shape;
    f->path = drc_arena_printf(s->arena, "sql/find/%s", name);
    f->sql = drc_file_read(s->arena, drc_arena_printf(s->arena, "%s/%s", s->home, f->path),
                           DRC_REPORT_SQL_MAX_BYTES, NULL, err);
    if (f->sql == NULL ||
        drc_meta_parse(s->arena, DRC_META_SQL, f->path, f->sql, keys, &m, err) < 0 ||
        (f->kind = drc_meta_need(&m, "id", err)) == NULL)
        return -1;
    if (drc_db_describe(facts, s->arena, f->sql, &shape, err) < 0)
        return drc_err_context(err, "%s", f->path);
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        if (i >= shape.column_count || strcmp(shape.columns[i], columns[i]) != 0)
            return drc_err_set(err, DRC_ERR_CONFIG,
                               "%s: the columns are entity_key, entity_name, workspace_name, "
                               "as_of, match_rank",
                               f->path);
    const char *rows = drc_meta_get(&m, "rows");
    f->rows = rows == NULL ? drc_snapshot_entity(s, f->kind) : drc_snapshot_report(s, rows);
    if (f->rows == NULL)
        return drc_err_set(err, DRC_ERR_CONFIG, "%s: there is no %s/%s.sql with its rows", f->path,
                           rows == NULL ? DRC_ENTITIES_DIR : DRC_REPORTS_DIR,
                           rows == NULL ? f->kind : rows);
    f->noun = f->rows->noun;
    f->nouns = f->rows->nouns;
    return 0;
}

static int load_finders(struct drc_snapshot *s, struct drc_db *facts, struct drc_err *err)
{
    const char **names, *dir = drc_arena_printf(s->arena, "%s/sql/find", s->home);
    size_t n = 0;
    if (drc_file_exists(dir) && drc_file_list(s->arena, dir, ".sql", &names, &n, err) < 0)
        return -1;
    s->finders = drc_arena_array(s->arena, n + 1, sizeof *s->finders);
    for (size_t i = 0; i < n; i++)
        if (load_finder(s, facts, names[i], &s->finders[s->finder_count++], err) < 0)
            return -1;
    return 0;
}

#define PLANNED_MAX 64
#define PLANNED_MAX_BYTES 65536u

/* id | pillar | title | question; a file that is not there holds no line. */
static int load_planned(struct drc_snapshot *s, struct drc_err *err)
{
    const char *path = "sql/reports/planned.list", *full;
    full = drc_arena_printf(s->arena, "%s/%s", s->home, path);
    s->planned = drc_arena_array(s->arena, PLANNED_MAX, sizeof *s->planned);
    if (!drc_file_exists(full))
        return 0;
    const char *text = drc_file_read(s->arena, full, PLANNED_MAX_BYTES, NULL, err);
    if (text == NULL)
        return -1;
    int number = 1;
    for (const char *p = text; *p != '\0'; number++) {
        size_t n = strcspn(p, "\n");
        const char *part[4], *line = drc_arena_strndup(s->arena, p, n);
        p += n + (p[n] == '\n');
        if (*line == '#' || *line == '\0')
            continue;
        if (s->planned_count == PLANNED_MAX || drc_meta_split(s->arena, line, '|', part, 4) != 4)
            return drc_err_set(
                err, DRC_ERR_CONFIG,
                "%s:%d: a line is 'id | pillar | title | question', at most %d of them", path,
                number, PLANNED_MAX);
        s->planned[s->planned_count++] = (struct drc_planned){part[0], part[1], part[2], part[3]};
    }
    return 0;
}

/* Every chip that a report names exists for its entity; what a chip needs can be had. */
static int check_chips(const struct drc_snapshot *s, struct drc_err *err)
{
    for (size_t i = 0; i < s->report_count; i++) {
        const struct drc_report *r = &s->reports[i];
        for (size_t k = 0; k < r->chip_count; k++)
            if (drc_chip_find(&s->chips, r->chips[k]) == NULL)
                return drc_err_set(err, DRC_ERR_CONFIG,
                                   "%s: there is no chip '%s' in prompts/chips", r->path,
                                   r->chips[k]);
    }
    return drc_contracts_check(&s->chips, s->reports, s->report_count, s->entities, s->entity_count,
                               err);
}

/* A runbook that cannot be read is named in the log and left out. */
static int load_runbooks(struct drc_snapshot *s, struct drc_err *err)
{
    const char *dir = drc_arena_printf(s->arena, "%s/corpus/runbooks", s->home);
    if (!drc_file_exists(dir))
        return 0;
    drc_corpus_init(&s->runbooks, s->arena);
    int rc = drc_corpus_add_folder(&s->runbooks, dir, err);
    drc_corpus_fini(&s->runbooks); /* what is needed to add more; the pages are in the arena */
    for (size_t i = 0; i < s->runbooks.note_count; i++)
        drc_log(DRC_LOG_WARN, "runbook", "why=\"%s\"", s->runbooks.notes[i]);
    return rc;
}

static int load_people(struct drc_snapshot *s, struct drc_db *facts, struct drc_err *err)
{
    struct drc_rows shape;
    s->people_sql =
        drc_file_read(s->arena, drc_arena_printf(s->arena, "%s/sql/people.sql", s->home),
                      DRC_REPORT_SQL_MAX_BYTES, NULL, err);
    if (s->people_sql == NULL)
        return -1;
    if (drc_db_describe(facts, s->arena, s->people_sql, &shape, err) < 0)
        return drc_err_context(err, "sql/people.sql");
    return 0;
}

static int load_all(struct drc_snapshot *s, struct drc_db *facts, struct drc_err *err)
{
    if (drc_chips_load(s->arena, s->home, &s->chips, err) < 0 ||
        load_reports(s, DRC_REPORTS_DIR, facts, &s->reports, &s->report_count, err) < 0 ||
        load_reports(s, DRC_ENTITIES_DIR, facts, &s->entities, &s->entity_count, err) < 0 ||
        load_planned(s, err) < 0 ||
        drc_graph_model_load(s->arena, s->home, facts, &s->graph_model, err) < 0 ||
        drc_cards_load(s->arena, s->home, facts, &s->cards, &s->card_count, err) < 0 ||
        check_chips(s, err) < 0 || drc_digests_load(s, facts, &s->digests, err) < 0 ||
        load_runbooks(s, err) < 0 || load_people(s, facts, err) < 0 ||
        drc_scope_load(s->arena, s->home, facts, &s->scope, err) < 0)
        return -1;
    const char *causes = drc_arena_printf(s->arena, "%s/sql/causes.sql", s->home);
    if (drc_file_exists(causes)) {
        s->causes_sql = drc_file_read(s->arena, causes, DRC_REPORT_SQL_MAX_BYTES, NULL, err);
        if (s->causes_sql == NULL || drc_causes_check(s->arena, facts, s->causes_sql, err) < 0)
            return -1;
    }
    return load_finders(s, facts, err) < 0 ? -1 : drc_snapshot_fingerprint(s, err);
}

int drc_snapshot_facts_version(struct drc_db *facts, struct drc_err *err)
{
    struct drc_stmt *st =
        drc_db_query(facts, NULL, "SELECT value FROM meta WHERE key = 'schema_version'", "");
    const char *text = st != NULL && drc_db_next(st, NULL) == 1 ? drc_db_text(st, 0) : NULL;
    int64_t found = text == NULL ? -1 : strtoll(text, NULL, 10);
    drc_db_done(st);
    if (found == DRC_FACTS_SCHEMA)
        return 0;
    if (found < 0)
        return drc_err_set(err, DRC_ERR_DB,
                           "this is not a facts database of drc; run: drc db build");
    return drc_err_set(err, DRC_ERR_DB,
                       "the facts have schema version %" PRId64
                       ", this drc reads %d; run: drc db build",
                       found, DRC_FACTS_SCHEMA);
}

struct drc_snapshot *drc_snapshot_load(const char *home, const char *facts_path,
                                       struct drc_err *err)
{
    struct drc_arena *a = drc_arena_new();
    struct drc_snapshot *s = drc_arena_alloc(a, sizeof *s);
    s->arena = a;
    s->home = drc_arena_strdup(a, home);
    s->facts_path = drc_arena_strdup(a, facts_path);
    struct drc_db *facts = drc_db_open(facts_path, DRC_DB_READ, err);
    int rc = facts == NULL ? -1 : drc_db_sandbox(facts, err);
    if (rc == 0 && drc_snapshot_facts_version(facts, err) < 0)
        rc = drc_err_context(err, "%s", facts_path);
    if (rc == 0)
        rc = load_all(s, facts, err);
    drc_db_close(facts);
    if (rc == 0)
        return s;
    drc_arena_free(a);
    return NULL;
}

void drc_snapshot_free(struct drc_snapshot *s)
{
    if (s == NULL)
        return;
    drc_graph_free(s->graph);
    drc_arena_free(s->arena);
}

static const struct drc_font *load_font(struct drc_snapshot *s, int weight, char hash[65],
                                        struct drc_err *err)
{
    size_t bytes;
    const char *path = drc_raster_font_file(s->arena, "Inter", weight, err);
    const char *data =
        path == NULL ? NULL : drc_file_read(s->arena, path, FONT_MAX_BYTES, &bytes, err);
    if (data == NULL)
        return NULL;
    drc_sha256_hex(data, bytes, hash);
    return drc_font_parse(s->arena, data, bytes, err);
}

const struct drc_theme *drc_snapshot_theme(struct drc_snapshot *s, struct drc_err *err)
{
    pthread_mutex_lock(&theme_lock);
    if (s->theme == NULL) {
        const char *path = drc_arena_printf(s->arena, "%s/charts/theme.conf", s->home);
        const char *text = drc_file_read(s->arena, path, THEME_MAX_BYTES, NULL, err);
        char fonts[2][65];
        const struct drc_font *regular = text == NULL ? NULL : load_font(s, 400, fonts[0], err);
        const struct drc_font *semibold = regular == NULL ? NULL : load_font(s, 600, fonts[1], err);
        if (semibold != NULL) {
            const char *both = drc_arena_printf(s->arena, "%s\n%s", fonts[0], fonts[1]);
            drc_sha256_hex(text, strlen(text), s->prints.theme);
            drc_sha256_hex(both, strlen(both), s->prints.fonts);
            s->theme = drc_theme_parse(s->arena, text, regular, semibold, err);
        }
    }
    const struct drc_theme *t = s->theme;
    pthread_mutex_unlock(&theme_lock);
    return t;
}

const struct drc_graph *drc_snapshot_graph(struct drc_snapshot *s, struct drc_db *facts,
                                           struct drc_err *err)
{
    pthread_mutex_lock(&graph_lock);
    if (s->graph == NULL) {
        s->graph = drc_graph_open(s->graph_model, facts, s->facts_path, err);
        if (s->graph != NULL)
            drc_log(DRC_LOG_DEBUG, "graph", "nodes=%u edges=%" PRIu64 " mb=%.1f",
                    drc_graph_nodes(s->graph), drc_graph_edges(s->graph),
                    (double)drc_graph_bytes(s->graph) / (1 << 20));
    }
    const struct drc_graph *g = s->graph;
    pthread_mutex_unlock(&graph_lock);
    return g;
}

const struct drc_report *drc_snapshot_report(const struct drc_snapshot *s, const char *id)
{
    for (size_t i = 0; i < s->report_count; i++)
        if (strcmp(s->reports[i].id, id) == 0)
            return &s->reports[i];
    return NULL;
}

const struct drc_report *drc_snapshot_entity(const struct drc_snapshot *s, const char *kind)
{
    for (size_t i = 0; i < s->entity_count; i++)
        if (strcmp(s->entities[i].id, kind) == 0)
            return &s->entities[i];
    return NULL;
}

const struct drc_finder *drc_snapshot_finder(const struct drc_snapshot *s, const char *kind,
                                             size_t bytes)
{
    for (size_t i = 0; i < s->finder_count; i++)
        if (strlen(s->finders[i].kind) == bytes && strncmp(s->finders[i].kind, kind, bytes) == 0)
            return &s->finders[i];
    return NULL;
}

const struct drc_planned *drc_snapshot_planned(const struct drc_snapshot *s, const char *id)
{
    for (size_t i = 0; i < s->planned_count; i++)
        if (strcmp(s->planned[i].id, id) == 0)
            return &s->planned[i];
    return NULL;
}

const char *drc_snapshot_nearest(const struct drc_snapshot *s, const char *id)
{
    const char *best = NULL;
    int distance = 5; /* "jobcost", "job cost", "cost-job" are near; "hello" is not */
    for (size_t i = 0; i < s->report_count; i++) {
        int d = drc_utf8_distance(id, s->reports[i].id);
        if (d < distance) {
            distance = d;
            best = s->reports[i].id;
        }
    }
    return best;
}
