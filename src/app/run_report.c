/* `report <id> [words]`, and what every run needs: pictures and context. */
#include <string.h>

#include "drc/buf.h"
#include "drc/clock.h"
#include "drc/digest.h"
#include "drc/limits.h"
#include "drc/log.h"
#include "drc/raster.h"
#include "drc/run.h"

#define CHART_SCALE 2.0

static void rasterize(struct drc_env *env, int rc, struct drc_buf *svg, struct drc_picture *pic,
                      struct drc_err *err)
{
    if (rc == 0 && svg->overflow)
        rc = drc_err_set(err, DRC_ERR_LIMIT, "the chart is too large");
    if (rc == 0) {
        pic->svg = drc_arena_strndup(env->a, svg->data, svg->len);
        rc = drc_raster_png(env->a, svg->data, svg->len, CHART_SCALE, &pic->png, &pic->png_bytes,
                            err);
    }
    if (rc < 0) { /* the figures stand without the picture; the message says so */
        pic->png = NULL;
        pic->trouble = drc_arena_strdup(env->a, err->msg);
        drc_log(DRC_LOG_WARN, "chart.failed", "code=%s why=\"%s\"", drc_err_name(err->code),
                err->msg);
    }
}

void drc_picture_report(struct drc_env *env, const struct drc_context *whole,
                        struct drc_picture *pic)
{
    struct drc_err err = DRC_ERR_INIT;
    struct drc_buf svg;
    memset(pic, 0, sizeof *pic);
    drc_buf_init(&svg, DRC_SVG_MAX_BYTES);
    const struct drc_theme *t = drc_snapshot_theme(env->snap, &err);
    rasterize(env, t == NULL ? -1 : drc_compose_chart(env->a, t, whole, &svg, &err), &svg, pic,
              &err);
    drc_buf_fini(&svg);
}

/* What explains the cost of the entity, of an anomaly that of its days: a failed attempt, or, where
 * attempts are not what made the difference, a change that came before. */
static int compose_path(struct drc_env *env, const struct drc_context *c,
                        struct drc_chart_path *out, struct drc_err *err)
{
    const struct drc_result *res = c->result;
    size_t row = (size_t)c->selection.row;
    const struct drc_graph *graph = drc_snapshot_graph(env->snap, env->facts, err);
    const char *entity = drc_result_text(res, row, res->report->graph),
               *change = drc_result_text(res, row, "linked_change_key");
    int64_t first = res->first_day, last = res->params.as_of_day, day;
    if (drc_date_parse(drc_result_text(res, row, "from_date"), &day) == 0)
        first = day;
    if (drc_date_parse(drc_result_text(res, row, "to_date"), &day) == 0)
        last = day;
    struct drc_graph_window w = {first * DRC_DAY_MS, (last + 1) * DRC_DAY_MS};
    if (graph == NULL || drc_compose_path(env->a, graph, env->facts, entity, w, out, err) < 0)
        return -1;
    bool by_attempts = strcmp(drc_result_text(res, row, "top_factor"), "attempts per run") == 0;
    if (*change == '\0' || (out->box_count > 0 && by_attempts))
        return 0;
    return drc_compose_path_change(env->a, graph, env->facts, entity, change,
                                   drc_result_text(res, row, "linked_change"),
                                   drc_result_int(res, row, "impact_uusd", 0), out, err);
}

/* A graph that cannot be read costs the picture this part. */
static void find_path(struct drc_env *env, const struct drc_context *c, struct drc_chart_path *out)
{
    struct drc_err err = DRC_ERR_INIT;
    *out = (struct drc_chart_path){.box_count = 0};
    if (compose_path(env, c, out, &err) < 0) {
        out->box_count = 0;
        drc_log(DRC_LOG_WARN, "chart.path", "entity=\"%s\" why=\"%s\"", c->selection.entity_id,
                err.msg);
    }
}

void drc_picture_entity(struct drc_env *env, const struct drc_context *c, struct drc_picture *pic)
{
    struct drc_err err = DRC_ERR_INIT;
    struct drc_chart_path path;
    struct drc_buf svg;
    memset(pic, 0, sizeof *pic);
    const struct drc_cell *daily = drc_result_cell(c->result, (size_t)c->selection.row, "daily");
    if (daily->type == DRC_CELL_NULL)
        return; /* without days there is nothing to draw */
    drc_buf_init(&svg, DRC_SVG_MAX_BYTES);
    find_path(env, c, &path);
    const struct drc_theme *t = drc_snapshot_theme(env->snap, &err);
    rasterize(env, t == NULL ? -1 : drc_compose_entity_chart(env->a, t, c, &path, &svg, &err), &svg,
              pic, &err);
    drc_buf_fini(&svg);
}

int drc_env_context(struct drc_env *env, const struct drc_result *res, const char *entity_id,
                    struct drc_context *out, struct drc_err *err)
{
    struct drc_selection sel;
    if (drc_selection_make(env->a, res, entity_id, &sel, err) < 0)
        return -1;
    const struct drc_graph *graph = NULL;
    if (sel.row >= 0 && (graph = drc_snapshot_graph(env->snap, env->facts, err)) == NULL)
        return -1;
    return drc_context_build(env->a, res, &sel, graph, env->facts, out, err);
}

static int unknown_report(struct drc_env *env, const char *id, struct drc_err *err)
{
    const char *best = drc_snapshot_nearest(env->snap, id);
    const struct drc_planned *planned = drc_snapshot_planned(env->snap, id);
    const char *sigil = env->poster->sigil;
    if (*id == '\0')
        return drc_err_set(err, DRC_ERR_INPUT,
                           "which report? `%sreports` lists them; try `%sreport %s`", sigil, sigil,
                           env->snap->report_count > 0 ? env->snap->reports[0].id : "...");
    if (planned != NULL)
        return drc_err_set(err, DRC_ERR_INPUT,
                           "the report %s does not work yet. It will answer: %s `%sreports` lists "
                           "those that do",
                           id, planned->question, sigil);
    if (best != NULL)
        return drc_err_set(err, DRC_ERR_INPUT,
                           "there is no report '%.60s'. Did you mean `%sreport %s`?", id, sigil,
                           best);
    return drc_err_set(err, DRC_ERR_INPUT, "there is no report '%.60s'. `%sreports` lists them", id,
                       sigil);
}

int drc_env_report_run(struct drc_env *env, const struct drc_report *r, const struct drc_params *p,
                       struct drc_result *out, struct drc_err *err)
{
    if (!r->reads_state)
        return drc_report_run(env->facts, env->a, r, p, out, err);
    struct drc_db *state = drc_store_open_reports(env->state, err);
    int rc = state == NULL ? -1 : drc_report_run(state, env->a, r, p, out, err);
    drc_db_close(state);
    return rc;
}

/* The run of this request: stored by an interrupted try, or made now. */
static int make_run(struct drc_env *env, const struct drc_request *req, const struct drc_report *r,
                    const struct drc_params *params, struct drc_run *run, struct drc_err *err)
{
    const char *known =
        req->tries > 1 ? drc_store_run_of_request(env->state, env->a, req->key, err) : NULL;
    if (known != NULL)
        return drc_store_run_get(env->state, env->a, env->snap, known, run, err);
    struct drc_result res;
    if (drc_env_report_run(env, r, params, &res, err) < 0)
        return -1;
    return drc_store_run_put(env->state, env->a, env->snap, req->key, req->user, req->channel, &res,
                             env->now_ms, run, err);
}

/* Not allowed there, or asked for privately (`why` NULL): the report goes to the person's direct
 * messages, with a word where they are. */
static int post_privately(struct drc_env *env, const struct drc_request *req, struct drc_message *m,
                          const char *why, struct drc_posted *out, struct drc_err *err)
{
    struct drc_to dm = {.where = DRC_TO_DM, .channel = req->channel};
    if (drc_deliver(env, req, "report-dm", &dm, m, out, err) < 0)
        return -1;
    if (req->channel == NULL) /* started from the home tab: there is no place to whisper */
        return 0;
    const char *link = env->poster->permalink(env->poster, env->a, out->channel, out->ts);
    struct drc_message *note = drc_message_new(env->a, "Your report is in your direct messages");
    struct drc_block *b = drc_message_add(env->a, note, DRC_BLOCK_TEXT, "where");
    drc_text_add(env->a, &b->text, DRC_SPAN_PLAIN,
                 "Your report is in your direct messages with drc");
    if (link != NULL) {
        drc_text_add(env->a, &b->text, DRC_SPAN_PLAIN, ": ");
        drc_text_link(env->a, &b->text, "open it", link);
    }
    if (why != NULL)
        drc_text_printf(env->a, &b->text, DRC_SPAN_PLAIN, ". It cannot be here: %s", why);
    drc_text_add(env->a, &b->text, DRC_SPAN_PLAIN, ".");
    return drc_whisper(env, req, note, err);
}

static int post_report(struct drc_env *env, const struct drc_request *req, struct drc_message *m,
                       bool is_private, struct drc_posted *out, struct drc_err *err)
{
    if ((is_private && !req->is_dm) || req->channel == NULL)
        return post_privately(env, req, m, NULL, out, err);
    struct drc_err own = DRC_ERR_INIT;
    struct drc_to to = {
        .where = DRC_TO_CHANNEL, .channel = req->channel, .thread_ts = req->thread_ts};
    if (drc_deliver(env, req, "report", &to, m, out, &own) == 0)
        return 0;
    if (own.code == DRC_ERR_AUTH || own.code == DRC_ERR_NOTFOUND)
        return post_privately(env, req, m, own.msg, out, err);
    drc_err_set(err, own.code, "%s", own.msg);
    if (err != NULL)
        err->retry_ms = own.retry_ms;
    return -1;
}

struct drc_message *drc_report_message(struct drc_env *env, const struct drc_run *run,
                                       const char *asked_by, struct drc_picture *pic,
                                       struct drc_err *err)
{
    struct drc_context whole;
    memset(pic, 0, sizeof *pic);
    if (drc_env_context(env, &run->result, NULL, &whole, err) < 0)
        return NULL;
    if (run->result.rows.row_count > 0)
        drc_picture_report(env, &whole, pic);
    return drc_compose_report(env->a, env->snap, &run->result, &whole, run->run_id, asked_by, pic);
}

int drc_run_report(struct drc_env *env, const struct drc_request *req, const char *words,
                   struct drc_err *err)
{
    size_t n = strcspn(words, " \t");
    const char *id = drc_arena_strndup(env->a, words, n);
    const struct drc_report *r = drc_snapshot_report(env->snap, id);
    if (r == NULL)
        return unknown_report(env, id, err);
    struct drc_params params;
    struct drc_run run;
    struct drc_picture pic;
    struct drc_posted posted = {NULL, NULL, false};
    if (drc_params_parse(env->a, r, words + n, &params, err) < 0)
        return -1;
    const char *unknown = drc_scope_unknown_filter(env->a, &env->snap->scope, &params);
    if (unknown != NULL)
        return drc_err_set(err, DRC_ERR_INPUT, "%s", unknown);
    if (make_run(env, req, r, &params, &run, err) < 0)
        return -1;
    struct drc_message *m = drc_report_message(env, &run, req->user, &pic, err);
    if (m == NULL || post_report(env, req, m, params.is_private, &posted, err) < 0)
        return -1;
    struct drc_err own = DRC_ERR_INIT;
    if (posted.ts != NULL) /* first of all: a reply may be on its way */
        drc_unkept(req,
                   drc_store_run_posted(env->state, run.run_id, posted.channel, posted.ts, &own),
                   &own);
    drc_made_keep_run(env, req, &run, NULL, m, &pic);
    char svg_hash[65] = "none";
    if (pic.svg != NULL)
        drc_sha256_hex(pic.svg, strlen(pic.svg), svg_hash);
    drc_log(DRC_LOG_INFO, "report.posted",
            "run=%s report=%s channel=%s ts=%s rows=%zu sql=%.8s rows_hash=%.8s svg=%.8s",
            run.run_id, r->id, posted.channel == NULL ? "-" : posted.channel,
            posted.ts == NULL ? "-" : posted.ts, run.result.rows.row_count, r->sql_hash,
            run.result.rows_hash, svg_hash);
    return 0;
}
