#include "drc/chip.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "drc/answer.h"
#include "drc/digest.h"
#include "drc/file.h"
#include "drc/meta.h"
#include "drc/tmpl.h"

#define PROMPT_MAX_BYTES 16384u

static const char *const keys[] = {"id",       "entity",  "lane",   "order",   "primary", "label",
                                   "question", "asks",    "needs",  "reports", "say",     "corpora",
                                   "search",   "version", "causes", NULL};
static const char *const lanes[DRC_LANES] = {"Understand", "Diagnose", "Optimize", "Monitor"};

const char *drc_lane_title(enum drc_lane lane)
{
    return lanes[lane];
}

static int parse_lane(const char *path, const char *name, enum drc_lane *out, struct drc_err *err)
{
    for (int i = 0; i < DRC_LANES; i++)
        if (strcasecmp(lanes[i], name) == 0) {
            *out = (enum drc_lane)i;
            return 0;
        }
    return drc_err_set(err, DRC_ERR_CONFIG,
                       "%s: lane '%s' is not one of Understand, Diagnose, Optimize, Monitor", path,
                       name);
}

static size_t prompt_name_count(void)
{
    size_t n = 0;
    while (drc_prompt_names[n] != NULL)
        n++;
    return n;
}

static int take_header(struct drc_arena *a, const struct drc_meta *m, struct drc_chip *c,
                       struct drc_err *err)
{
    const char *lane = drc_meta_need(m, "lane", err), *order = drc_meta_need(m, "order", err),
               *version = drc_meta_need(m, "version", err);
    c->id = drc_meta_need(m, "id", err);
    c->entity = drc_meta_need(m, "entity", err);
    c->label = drc_meta_need(m, "label", err);
    c->question = drc_meta_need(m, "question", err);
    if (err->code != DRC_OK || parse_lane(c->path, lane, &c->lane, err) < 0)
        return -1;
    size_t n = strlen(c->entity);
    if (strncmp(c->id, c->entity, n) != 0 || c->id[n] != '.')
        return drc_err_set(err, DRC_ERR_CONFIG, "%s: the id starts with its entity, '%s.'", c->path,
                           c->entity);
    c->verb = c->id + n + 1;
    c->order = (int)strtol(order, NULL, 10);
    c->version = (int)strtol(version, NULL, 10);
    const char *causes = drc_meta_get(m, "causes");
    char *behind = "";
    c->causes = causes == NULL ? 0 : (int)strtol(causes, &behind, 10);
    c->failures = strcmp(behind, " of failures") == 0;
    if (c->causes < 0 || c->causes > DRC_CAUSES_MAX || (*behind != '\0' && !c->failures))
        return drc_err_set(err, DRC_ERR_CONFIG,
                           "%s: causes is 0 to %d, or '2 of failures' with such a number", c->path,
                           DRC_CAUSES_MAX);
    const char *primary = drc_meta_get(m, "primary"), *asks = drc_meta_get(m, "asks"),
               *needs = drc_meta_get(m, "needs");
    c->primary = primary != NULL && strcmp(primary, "yes") == 0;
    c->asks = asks == NULL ? "" : asks;
    c->reports = drc_meta_get(m, "reports");
    c->needs = drc_arena_array(a, 32, sizeof *c->needs);
    c->need_count =
        needs == NULL || *needs == '\0' ? 0 : drc_meta_split(a, needs, ',', c->needs, 32);
    c->or_needs = drc_arena_array(a, 32, sizeof *c->or_needs);
    for (size_t i = 0; i < c->need_count; i++) {
        const char *either = strstr(c->needs[i], " or ");
        c->or_needs[i] = either == NULL ? NULL : either + 4;
        if (either != NULL)
            c->needs[i] = drc_arena_strndup(a, c->needs[i], (size_t)(either - c->needs[i]));
    }
    return 0;
}

static int take_says(struct drc_arena *a, const struct drc_meta *m, const char *path,
                     struct drc_chip_say **out, size_t *count, struct drc_err *err)
{
    *out = drc_arena_array(a, m->count, sizeof **out);
    for (size_t i = 0; i < m->count; i++) {
        const struct drc_meta_entry *e = &m->entries[i];
        const char *part[3];
        if (strcmp(e->key, "say") != 0)
            continue;
        struct drc_chip_say *say = &(*out)[(*count)++];
        size_t n = drc_meta_split(a, e->value, '|', part, 3);
        say->text = part[n - 1];
        if (drc_slots_lint(path, e->line, say->text, err) < 0)
            return -1;
        if (n == 1)
            continue;
        say->topic = (int)strtol(part[0], NULL, 10);
        if (n != 3 || say->topic < 1 || say->topic > 31)
            return drc_err_set(err, DRC_ERR_CONFIG,
                               "%s:%d: a sentence is 'say: text' or 'say: topic | condition | "
                               "text', the topic a number from 1 to 31",
                               path, e->line);
        if (drc_condition_parse(a, path, e->line, part[1], &say->when, err) < 0)
            return -1;
    }
    return 0;
}

static int take_corpora(struct drc_arena *a, const struct drc_meta *m, struct drc_chip *c,
                        struct drc_err *err)
{
    const char *corpora = drc_meta_need(m, "corpora", err), *names[4];
    if (corpora == NULL)
        return -1;
    size_t n = drc_meta_split(a, corpora, ',', names, 4);
    for (size_t i = 0; i < n; i++) {
        c->runbooks |= strcmp(names[i], "runbooks") == 0;
        c->docs |= strcmp(names[i], "docs") == 0;
        if (strcmp(names[i], "telemetry") != 0 && strcmp(names[i], "runbooks") != 0 &&
            strcmp(names[i], "docs") != 0)
            return drc_err_set(err, DRC_ERR_CONFIG,
                               "%s: corpora are telemetry, runbooks and docs, not '%s'", c->path,
                               names[i]);
    }
    c->searches = drc_arena_array(a, m->count, sizeof *c->searches);
    for (size_t i = 0; i < m->count; i++) {
        const struct drc_meta_entry *e = &m->entries[i];
        const char *part[2];
        if (strcmp(e->key, "search") != 0)
            continue;
        struct drc_chip_search *s = &c->searches[c->search_count++];
        n = drc_meta_split(a, e->value, '|', part, 2);
        s->text = part[n - 1];
        if (n == 2 && drc_condition_parse(a, c->path, e->line, part[0], &s->when, err) < 0)
            return -1;
    }
    if (c->docs != (c->search_count > 0))
        return drc_err_set(err, DRC_ERR_CONFIG,
                           "%s: a chip that reads docs says what to search for, and no other does",
                           c->path);
    return 0;
}

static int load_one(struct drc_arena *a, const char *home, const char *name, struct drc_chip *c,
                    struct drc_err *err)
{
    struct drc_err own = DRC_ERR_INIT;
    struct drc_meta m;
    c->path = drc_arena_printf(a, "prompts/chips/%s", name);
    const char *text =
        drc_file_read(a, drc_arena_printf(a, "%s/%s", home, c->path), PROMPT_MAX_BYTES, NULL, &own);
    if (text == NULL || drc_meta_parse(a, DRC_META_MD, c->path, text, keys, &m, &own) < 0 ||
        take_header(a, &m, c, &own) < 0 ||
        take_says(a, &m, c->path, &c->says, &c->say_count, &own) < 0 ||
        take_corpora(a, &m, c, &own) < 0 ||
        drc_tmpl_lint(c->path, m.body, drc_prompt_names, prompt_name_count(), &own) < 0)
        return drc_err_set(err, own.code, "%s", own.msg);
    c->prompt = m.body;
    drc_sha256_hex(text, strlen(text), c->hash);
    size_t stem = strlen(name) - strlen(".md");
    if (strlen(c->id) != stem || strncmp(c->id, name, stem) != 0)
        return drc_err_set(err, DRC_ERR_CONFIG, "%s: id '%s' is not the file's name", c->path,
                           c->id);
    return 0;
}

static int load_cause(struct drc_arena *a, const char *home, const char *name,
                      struct drc_cause_words *w, struct drc_err *err)
{
    static const char *const cause_keys[] = {"id",      "label", "search", "runbook",
                                             "failure", "say",   NULL};
    struct drc_meta m;
    w->path = drc_arena_printf(a, "prompts/causes/%s", name);
    const char *text =
        drc_file_read(a, drc_arena_printf(a, "%s/%s", home, w->path), PROMPT_MAX_BYTES, NULL, err);
    if (text == NULL || drc_meta_parse(a, DRC_META_MD, w->path, text, cause_keys, &m, err) < 0 ||
        (w->id = drc_meta_need(&m, "id", err)) == NULL ||
        (w->label = drc_meta_need(&m, "label", err)) == NULL ||
        (w->search = drc_meta_need(&m, "search", err)) == NULL ||
        take_says(a, &m, w->path, &w->says, &w->say_count, err) < 0)
        return -1;
    const char *failure = drc_meta_get(&m, "failure");
    w->failure = failure != NULL && strcmp(failure, "yes") == 0;
    w->runbook = drc_meta_get(&m, "runbook");
    if (w->say_count == 0)
        return drc_err_set(err, DRC_ERR_CONFIG, "%s: a cause has sentences ('say')", w->path);
    return 0;
}

static int load_causes(struct drc_arena *a, const char *home, struct drc_chips *out,
                       struct drc_err *err)
{
    const char **names, *dir = drc_arena_printf(a, "%s/prompts/causes", home);
    size_t n = 0;
    if (drc_file_exists(dir) && drc_file_list(a, dir, ".md", &names, &n, err) < 0)
        return -1;
    out->causes = drc_arena_array(a, n + 1, sizeof *out->causes);
    for (size_t i = 0; i < n; i++)
        if (load_cause(a, home, names[i], &out->causes[out->cause_count++], err) < 0)
            return -1;
    return 0;
}

static int by_place(const void *x, const void *y)
{
    const struct drc_chip *a = x, *b = y;
    int d = strcmp(a->entity, b->entity);
    if (d == 0)
        d = (int)a->lane - (int)b->lane;
    if (d == 0)
        d = a->order - b->order;
    return d != 0 ? d : strcmp(a->id, b->id);
}

static const char *read_prompt(struct drc_arena *a, const char *home, const char *name,
                               struct drc_err *err)
{
    return drc_file_read(a, drc_arena_printf(a, "%s/prompts/%s", home, name), PROMPT_MAX_BYTES,
                         NULL, err);
}

/* The rules, and how an answer looks: in prose, or in a form. */
static int load_rules(struct drc_arena *a, const char *home, struct drc_chips *out,
                      struct drc_err *err)
{
    const char *rules = read_prompt(a, home, "system.md", err);
    const char *prose = rules == NULL ? NULL : read_prompt(a, home, "form-prose.md", err);
    const char *form = prose == NULL ? NULL : read_prompt(a, home, "form-json.md", err);
    out->schema = form == NULL ? NULL : read_prompt(a, home, "answer.schema.json", err);
    if (out->schema == NULL)
        return -1;
    out->system = drc_arena_printf(a, "%s%s", rules, prose);
    out->system_form = drc_arena_printf(a, "%s%s", rules, form);
    return 0;
}

int drc_chips_load(struct drc_arena *a, const char *home, struct drc_chips *out,
                   struct drc_err *err)
{
    const char **names;
    size_t n;
    memset(out, 0, sizeof *out);
    if (load_rules(a, home, out, err) < 0 ||
        drc_file_list(a, drc_arena_printf(a, "%s/prompts/chips", home), ".md", &names, &n, err) < 0)
        return -1;
    out->chips = drc_arena_array(a, n + 1, sizeof *out->chips);
    for (size_t i = 0; i < n; i++)
        if (load_one(a, home, names[i], &out->chips[i], err) < 0)
            return -1;
    out->count = n;
    qsort(out->chips, n, sizeof *out->chips, by_place);
    return load_causes(a, home, out, err) < 0 ? -1 : drc_missing_load(a, home, out, err);
}

const struct drc_chip *drc_chip_find(const struct drc_chips *all, const char *id)
{
    for (size_t i = 0; i < all->count; i++)
        if (strcmp(all->chips[i].id, id) == 0)
            return &all->chips[i];
    return NULL;
}

const struct drc_chip *drc_chip_for(const struct drc_chips *all, const char *entity_kind,
                                    const char *verb)
{
    for (size_t i = 0; i < all->count; i++)
        if (strcmp(all->chips[i].entity, entity_kind) == 0 && strcmp(all->chips[i].verb, verb) == 0)
            return &all->chips[i];
    return NULL;
}

bool drc_chip_offered(const struct drc_chip *c, const char *report_id, const char *entity_kind)
{
    if (strcmp(c->entity, entity_kind) != 0)
        return false;
    size_t n = strlen(report_id);
    for (const char *p = c->reports; p != NULL && *p != '\0';) {
        p += strspn(p, ", ");
        size_t word = strcspn(p, ", ");
        if (word == n && strncmp(p, report_id, n) == 0)
            return true;
        p += word;
    }
    return c->reports == NULL;
}

const struct drc_chip *drc_chip_primary(const struct drc_chips *all, const char *entity_kind,
                                        enum drc_lane lane)
{
    for (size_t i = 0; i < all->count; i++) {
        const struct drc_chip *c = &all->chips[i];
        if (c->primary && c->lane == lane && strcmp(c->entity, entity_kind) == 0)
            return c;
    }
    return NULL;
}

/* Whole-word occurrence, ASCII case-insensitive. */
static bool holds_word(const char *text, const char *word)
{
    size_t n = strlen(word);
    for (const char *p = text; (p = strcasestr(p, word)) != NULL; p++) {
        bool starts = p == text || !isalnum((unsigned char)p[-1]);
        if (starts && !isalnum((unsigned char)p[n]))
            return true;
    }
    return false;
}

const struct drc_chip *drc_chip_match(const struct drc_chips *all, const char *entity_kind,
                                      const char *question)
{
    const struct drc_chip *best = NULL;
    int best_score = 0;
    for (size_t i = 0; i < all->count; i++) {
        const struct drc_chip *c = &all->chips[i];
        if (strcmp(c->entity, entity_kind) != 0)
            continue;
        int score = 0;
        for (const char *p = c->asks; *p != '\0';) {
            char word[48];
            p += strspn(p, ", ");
            size_t n = strcspn(p, ",");
            if (n > 0 && n < sizeof word) {
                memcpy(word, p, n);
                word[n] = '\0';
                score += holds_word(question, word);
            }
            p += n;
        }
        if (score > best_score) {
            best_score = score;
            best = c;
        }
    }
    return best;
}
