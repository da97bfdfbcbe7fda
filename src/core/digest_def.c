/* Loads the files of digests. */
#include "drc/digest_def.h"

#include <stdlib.h>
#include <string.h>

#include "drc/file.h"
#include "drc/limits.h"
#include "drc/meta.h"
#include "drc/snapshot.h"

#define DEF_MAX_BYTES 16384u
#define SOURCES_MAX 12

static const char *const keys[] = {"id",     "version", "title",        "total",    "narrow",
                                   "trend",  "quiet",   "quiet-within", "untagged", "wording",
                                   "figure", "section", "item",         NULL};

static int need_report(const struct drc_snapshot *s, const char *path, const char *id,
                       struct drc_err *err)
{
    if (drc_snapshot_report(s, id) != NULL)
        return 0;
    return drc_err_set(err, DRC_ERR_CONFIG, "%s: there is no report '%s'", path, id);
}

static int take_source(const struct drc_snapshot *s, struct drc_digest_def *d,
                       const struct drc_meta_entry *e, struct drc_err *err)
{
    const char *part[4];
    if (d->source_count == SOURCES_MAX || drc_meta_split(s->arena, e->value, '|', part, 4) != 4)
        return drc_err_set(err, DRC_ERR_CONFIG,
                           "%s:%d: an item is 'report | metric > bound | chip | text', at most %d "
                           "of them",
                           d->path, e->line, SOURCES_MAX);
    struct drc_digest_source *src = &d->sources[d->source_count++];
    *src = (struct drc_digest_source){.report = part[0], .chip = part[2], .text = part[3]};
    if (need_report(s, d->path, src->report, err) < 0 ||
        drc_condition_parse(s->arena, d->path, e->line, part[1], &src->when, err) < 0 ||
        drc_slots_lint(d->path, e->line, src->text, err) < 0)
        return -1;
    if (src->when.metric == NULL || src->when.compare != DRC_COMPARE_ABOVE)
        return drc_err_set(err, DRC_ERR_CONFIG, "%s:%d: an item says 'metric > bound'", d->path,
                           e->line);
    if (drc_chip_find(&s->chips, src->chip) == NULL)
        return drc_err_set(err, DRC_ERR_CONFIG, "%s:%d: there is no chip '%s'", d->path, e->line,
                           src->chip);
    return 0;
}

static int take_entry(const struct drc_snapshot *s, struct drc_digest_def *d,
                      const struct drc_meta_entry *e, struct drc_err *err)
{
    const char *part[3];
    if (strcmp(e->key, "item") == 0)
        return take_source(s, d, e, err);
    if (strcmp(e->key, "section") == 0) {
        if (d->section_count == DRC_DIGEST_SECTIONS_MAX)
            return drc_err_set(err, DRC_ERR_CONFIG, "%s:%d: more than %d sections", d->path,
                               e->line, DRC_DIGEST_SECTIONS_MAX);
        d->sections[d->section_count++] = e->value;
        return need_report(s, d->path, e->value, err);
    }
    if (strcmp(e->key, "figure") != 0)
        return 0;
    size_t n = drc_meta_split(s->arena, e->value, '|', part, 3);
    if (n < 2 || drc_slots_lint(d->path, e->line, part[1], err) < 0)
        return n < 2 ? drc_err_set(err, DRC_ERR_CONFIG,
                                   "%s:%d: a figure is 'label | text' or 'label | text | "
                                   "otherwise'",
                                   d->path, e->line)
                     : -1;
    d->figures[d->figure_count++] = (struct drc_figure){part[0], part[1], n == 3 ? part[2] : NULL};
    return 0;
}

/* A number of a header line, `fallback` where it is not there. */
static double number(const struct drc_meta *m, const char *key, double fallback)
{
    const char *text = drc_meta_get(m, key);
    return text == NULL ? fallback : strtod(text, NULL);
}

static int load_one(const struct drc_snapshot *s, const char *name, struct drc_digest_def *d,
                    struct drc_err *err)
{
    struct drc_arena *a = s->arena;
    struct drc_meta m;
    *d = (struct drc_digest_def){.path = drc_arena_printf(a, "prompts/digest/%s", name)};
    const char *text =
        drc_file_read(a, drc_arena_printf(a, "%s/%s", s->home, d->path), DEF_MAX_BYTES, NULL, err);
    if (text == NULL || drc_meta_parse(a, DRC_META_MD, d->path, text, keys, &m, err) < 0)
        return -1;
    d->id = drc_meta_need(&m, "id", err);
    d->title = drc_meta_need(&m, "title", err);
    d->total = drc_meta_need(&m, "total", err);
    d->narrow = drc_meta_need(&m, "narrow", err);
    d->quiet = drc_meta_need(&m, "quiet", err);
    if (err->code != DRC_OK || need_report(s, d->path, d->total, err) < 0 ||
        need_report(s, d->path, d->narrow, err) < 0)
        return -1;
    d->version = (int)number(&m, "version", 1);
    d->trend_days = (int)number(&m, "trend", 56);
    d->quiet_ratio = number(&m, "quiet-within", 0.1);
    d->tag = drc_meta_get(&m, "untagged");
    if (d->trend_days < 14 || d->trend_days > DRC_DAYS_MAX || strlen(d->id) > 32)
        return drc_err_set(err, DRC_ERR_CONFIG,
                           "%s: 'trend' is 14 to %d days, the id at most 32 characters", d->path,
                           DRC_DAYS_MAX);
    d->wording = drc_meta_get(&m, "wording");
    const struct drc_chip *chip = d->wording == NULL ? NULL : drc_chip_find(&s->chips, d->wording);
    if (d->wording != NULL && (chip == NULL || strcmp(chip->entity, "report") != 0))
        return drc_err_set(err, DRC_ERR_CONFIG, "%s: there is no chip '%s' about a whole report",
                           d->path, d->wording);
    d->figures = drc_arena_array(a, m.count, sizeof *d->figures);
    d->sources = drc_arena_array(a, SOURCES_MAX, sizeof *d->sources);
    for (size_t i = 0; i < m.count; i++)
        if (take_entry(s, d, &m.entries[i], err) < 0)
            return -1;
    return 0;
}

static const char *load_sql(const struct drc_snapshot *s, struct drc_db *facts, const char *name,
                            struct drc_err *err)
{
    struct drc_rows shape;
    const char *path = drc_arena_printf(s->arena, "sql/digest/%s.sql", name);
    const char *sql = drc_file_read(s->arena, drc_arena_printf(s->arena, "%s/%s", s->home, path),
                                    DRC_REPORT_SQL_MAX_BYTES, NULL, err);
    if (sql == NULL || drc_db_describe(facts, s->arena, sql, &shape, err) < 0) {
        drc_err_context(err, "%s", path);
        return NULL;
    }
    return sql;
}

int drc_digests_load(const struct drc_snapshot *s, struct drc_db *facts, struct drc_digests *out,
                     struct drc_err *err)
{
    const char **names, *dir = drc_arena_printf(s->arena, "%s/prompts/digest", s->home);
    size_t n;
    *out = (struct drc_digests){.count = 0};
    if (!drc_file_exists(dir))
        return 0;
    if (drc_file_list(s->arena, dir, ".md", &names, &n, err) < 0)
        return -1;
    out->defs = drc_arena_array(s->arena, n + 1, sizeof *out->defs);
    for (size_t i = 0; i < n; i++)
        if (load_one(s, names[i], &out->defs[out->count++], err) < 0)
            return -1;
    const struct {
        const char *name, **sql;
    } files[] = {{"causes", &out->sql.causes},
                 {"untagged", &out->sql.untagged},
                 {"budget", &out->sql.budget},
                 {"calendar", &out->sql.calendar}};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        if ((*files[i].sql = load_sql(s, facts, files[i].name, err)) == NULL)
            return -1;
    return 0;
}

const struct drc_digest_def *drc_digest_find(const struct drc_digests *all, const char *id)
{
    for (size_t i = 0; i < all->count; i++)
        if (strcmp(all->defs[i].id, id) == 0)
            return &all->defs[i];
    return NULL;
}
