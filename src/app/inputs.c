/* What a posted message was made of: its inputs by name, its hashes, kept beside it. */
#include <stdlib.h>
#include <string.h>

#include "drc/jsonx.h"
#include "drc/limits.h"
#include "drc/raster.h"
#include "drc/run.h"
#include "drc/slack.h"
#include "drc/version.h"

#define BLOCK_HASH_CHARS 8

/* ---- inputs ------------------------------------------------------------------------------- */

static void add_hash(struct drc_arena *a, struct drc_inputs *in, const char *name, const char *hex)
{
    drc_inputs_add(a, in, name,
                   *hex == '\0' ? "none" : drc_arena_strndup(a, hex, DRC_MADE_HASH_CHARS));
}

/* Which build of the facts is open now; rows of a run may be of an older one. */
static int add_facts(struct drc_env *env, struct drc_inputs *in, struct drc_err *err)
{
    struct drc_rows rows;
    if (drc_db_select(env->facts, env->a, "SELECT value FROM meta WHERE key = 'generation'", NULL,
                      0, 1, DRC_REPORT_DEADLINE_MS, &rows, err) < 0)
        return -1;
    bool known = rows.row_count == 1 && rows.cells[0].type == DRC_CELL_TEXT;
    drc_inputs_add(env->a, in, "facts database", known ? rows.cells[0].text : "unknown");
    return 0;
}

/* Every question that a message of the kind offers. */
static void add_offered(struct drc_env *env, struct drc_inputs *in, const char *kind)
{
    const char *all = "";
    for (size_t i = 0; i < env->snap->chips.count; i++)
        if (strcmp(env->snap->chips.chips[i].entity, kind) == 0)
            all = drc_arena_printf(env->a, "%s%s\n", all, env->snap->chips.chips[i].hash);
    drc_inputs_add_text(env->a, in, drc_arena_printf(env->a, "prompts/chips/%s.*.md", kind), all);
}

static void add_picture(struct drc_env *env, struct drc_inputs *in)
{
    struct drc_err err = DRC_ERR_INIT;
    drc_snapshot_theme(env->snap, &err); /* an error shows as "none" */
    add_hash(env->a, in, "charts/theme.conf", env->snap->prints.theme);
    add_hash(env->a, in, "fonts", env->snap->prints.fonts);
    drc_inputs_add(env->a, in, "picture libraries", drc_raster_libraries(env->a));
}

int drc_inputs_run(struct drc_env *env, const struct drc_run *run, const char *entity_id,
                   struct drc_inputs *out, struct drc_err *err)
{
    const struct drc_report *r = run->result.report;
    out->count = 0;
    add_hash(env->a, out, r->path, r->sql_hash);
    if (!r->reads_state && add_facts(env, out, err) < 0)
        return -1;
    add_offered(env, out, entity_id == NULL ? "report" : r->entity);
    if (entity_id != NULL) {
        add_hash(env->a, out, "sql/graph", env->snap->prints.graph);
        add_hash(env->a, out, "sql/cards", env->snap->prints.cards);
    }
    add_picture(env, out);
    drc_inputs_add(env->a, out, "drc", drc_version());
    return 0;
}

static void add_passages(struct drc_env *env, struct drc_inputs *in, const struct drc_context *c)
{
    for (size_t i = 0; i < c->passage_count; i++) {
        const struct drc_passage *p = &c->passages[i];
        drc_inputs_add_text(env->a, in,
                            drc_arena_printf(env->a, "%s %s%s%s",
                                             *p->id == 'R' ? "runbook" : "page", p->page,
                                             *p->section == '\0' ? "" : ", ", p->section),
                            drc_arena_printf(env->a, "%s\n%s\n%s", p->title,
                                             p->url == NULL ? "" : p->url, p->text));
    }
}

static void add_search(struct drc_env *env, struct drc_inputs *in)
{
    const char *off = NULL;
    const struct drc_index *ix = env->reader == NULL || env->reader->library == NULL
                                     ? NULL
                                     : drc_library_docs(env->reader->library, &off);
    if (ix == NULL)
        drc_inputs_add(env->a, in, "search index", "none");
    else
        add_hash(env->a, in, "search index", drc_index_content(ix));
    drc_inputs_add(env->a, in, "search by meaning", ix != NULL && off == NULL ? "on" : "off");
}

static void add_endpoint(struct drc_env *env, struct drc_inputs *in, const struct drc_context *c)
{
    drc_inputs_add(env->a, in, "LLM_MODEL", env->llm == NULL ? "none" : env->llm->model);
    drc_inputs_add(env->a, in, "LLM_SEND_SQL", c->withhold.sql ? "withheld" : "sent");
    drc_inputs_add(env->a, in, "LLM_SEND_ERRORS", c->withhold.errors ? "withheld" : "sent");
    drc_inputs_add(env->a, in, "LLM_SEND_PEOPLE", c->withhold.people ? "withheld" : "sent");
    if (c->withhold.people)
        drc_inputs_add_text(env->a, in, "sql/people.sql", env->snap->people_sql);
}

int drc_inputs_answer(struct drc_env *env, const struct drc_answer_parts *parts,
                      struct drc_inputs *out, struct drc_err *err)
{
    const struct drc_context *c = &parts->c;
    const struct drc_chip *chip = parts->ans.chip;
    const struct drc_report *r = c->result->report;
    out->count = 0;
    add_hash(env->a, out, r->path, r->sql_hash);
    if (add_facts(env, out, err) < 0)
        return -1;
    add_hash(env->a, out, chip->path, chip->hash);
    add_hash(env->a, out, c->in_form ? "prompts/system.md, form-json.md" : "prompts/system.md",
             c->in_form ? env->snap->prints.form : env->snap->prints.rules);
    if (parts->ans.missing != NULL)
        add_hash(env->a, out, "prompts/missing.list", env->snap->prints.missing);
    if (chip->causes > 0)
        add_hash(env->a, out, "sql/causes.sql, prompts/causes", env->snap->prints.causes);
    if (c->selection.row >= 0)
        add_hash(env->a, out, "sql/graph", env->snap->prints.graph);
    if (chip->runbooks || parts->ans.question != NULL)
        add_hash(env->a, out, "corpus/runbooks", env->snap->prints.runbooks);
    if (chip->runbooks || chip->docs || parts->ans.question != NULL)
        add_search(env, out);
    add_passages(env, out, c);
    add_endpoint(env, out, c);
    drc_inputs_add(env->a, out, "drc", drc_version());
    return 0;
}

/* ---- what was made ------------------------------------------------------------------------ */

/* "id:hash id:hash ..." */
static const char *block_hashes(struct drc_arena *a, const json_t *blocks)
{
    const json_t *block;
    const char *text = "";
    size_t i;
    json_array_foreach(blocks, i, block)
    {
        const char *id = drc_json_str(block, "block_id", "-");
        char *dump = drc_json_dump_sorted(block);
        text = drc_arena_printf(a, "%s%s%.*s:%.*s", text, i == 0 ? "" : " ", (int)strcspn(id, " :"),
                                id, BLOCK_HASH_CHARS, drc_made_hash(a, dump, strlen(dump)));
        free(dump);
    }
    return text;
}

struct drc_made drc_made_of(struct drc_arena *a, const struct drc_message *m,
                            const struct drc_picture *pic, const char *prompt_hash)
{
    struct drc_err err = DRC_ERR_INIT;
    struct drc_made made = {.blocks = ""};
    const char *sent = drc_slack_blocks(a, m, false, &err);
    json_t *blocks = sent == NULL ? NULL : drc_json_parse(sent, strlen(sent), &err);
    if (blocks != NULL) { /* else Slack is sent a part of it */
        char *dump = drc_json_dump_sorted(blocks);
        const char *text = drc_arena_printf(a, "%s\n%s", m->summary, dump);
        made.message = drc_made_hash(a, text, strlen(text));
        made.blocks = block_hashes(a, blocks);
        free(dump);
        json_decref(blocks);
    }
    if (pic != NULL && pic->svg != NULL)
        made.svg = drc_made_hash(a, pic->svg, strlen(pic->svg));
    if (pic != NULL && pic->png != NULL)
        made.png = drc_made_hash(a, pic->png, pic->png_bytes);
    if (prompt_hash != NULL)
        made.prompt = drc_arena_strndup(a, prompt_hash, DRC_MADE_HASH_CHARS);
    return made;
}

void drc_made_keep_run(struct drc_env *env, const struct drc_request *req,
                       const struct drc_run *run, const char *entity_id,
                       const struct drc_message *m, const struct drc_picture *pic)
{
    struct drc_err own = DRC_ERR_INIT;
    struct drc_stored_made rec = {.subject = run->run_id,
                                  .made = drc_made_of(env->a, m, pic, NULL),
                                  .degraded = m->degraded,
                                  .bot_user = env->poster->bot_user,
                                  .entity = entity_id};
    for (const struct drc_block *b = m->first; b != NULL; b = b->next) {
        if (b->kind == DRC_BLOCK_IMAGE)
            rec.file_ref = b->image.file_ref;
        else if (b->image.png != NULL) /* it was to be a picture */
            rec.no_picture = drc_text_plain(env->a, &b->text);
    }
    int rc = drc_inputs_run(env, run, entity_id, &rec.inputs, &own);
    if (rc == 0)
        rc = drc_store_made_put(env->state, env->a, &rec, env->now_ms, &own);
    drc_unkept(req, rc, &own);
}

void drc_made_keep_answer(struct drc_env *env, const struct drc_request *req,
                          const struct drc_answer_parts *parts, const struct drc_typed *typed,
                          const struct drc_message *m)
{
    struct drc_err own = DRC_ERR_INIT;
    struct drc_stored_made rec = {.subject = parts->ans.answer_id,
                                  .made = drc_made_of(env->a, m, NULL, parts->prompt.hash),
                                  .degraded = m->degraded,
                                  .chip = parts->ans.chip->id,
                                  .earlier = ""};
    if (typed != NULL) {
        rec.corpora = typed->route.corpora;
        rec.other = typed->other;
        for (size_t i = 0; i < typed->earlier_count; i++)
            rec.earlier = drc_arena_printf(env->a, "%s%s\n", rec.earlier, typed->earlier[i]);
    }
    int rc = drc_inputs_answer(env, parts, &rec.inputs, &own);
    if (rc == 0)
        rc = drc_store_made_put(env->state, env->a, &rec, env->now_ms, &own);
    drc_unkept(req, rc, &own);
}
