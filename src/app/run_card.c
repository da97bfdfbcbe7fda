/* Entity cards: a pick in a report or on another card, or an entity that was found by its name. */
#include <string.h>

#include "drc/limits.h"
#include "drc/run.h"
#include "drc/utf8.h"

#define FOLLOW_MAX 40 /* entities that a card leads to */

/* The card is there already: say where. */
static int link_to(struct drc_env *env, const struct drc_request *req, const char *channel,
                   const char *ts, const char *what, struct drc_err *err)
{
    struct drc_message *m = drc_message_new(env->a, what);
    struct drc_block *b = drc_message_add(env->a, m, DRC_BLOCK_TEXT, "where");
    drc_text_printf(env->a, &b->text, DRC_SPAN_PLAIN, "%s", what);
    const char *link = env->poster->permalink(env->poster, env->a, channel, ts);
    if (link != NULL) {
        drc_text_add(env->a, &b->text, DRC_SPAN_PLAIN, ": ");
        drc_text_link(env->a, &b->text, "go to it", link);
    }
    return drc_whisper(env, req, m, err);
}

/* Where a run's thread hangs: under its message, or under the clicked one where the run has none of
 * its own. */
static const char *thread_of(const struct drc_request *req, const struct drc_run *run)
{
    if (req->thread_ts != NULL)
        return req->thread_ts;
    return run->message_ts != NULL ? run->message_ts : req->message_ts;
}

/* Where one may go from here: the entities of the graph rows that have a card of their own, in the
 * order of the rows, the entity's own node first where it has another card (an anomaly's job). */
static int follow(struct drc_env *env, const struct drc_context *c, struct drc_option **out,
                  size_t *count, struct drc_err *err)
{
    const struct drc_graph *g = drc_snapshot_graph(env->snap, env->facts, err);
    uint32_t *nodes = drc_arena_array(env->a, FOLLOW_MAX, sizeof *nodes);
    const char **titles = drc_arena_array(env->a, FOLLOW_MAX, sizeof *titles), **labels;
    size_t n = 0;
    *count = 0;
    if (g == NULL)
        return -1;
    uint32_t own = drc_graph_find(
        g, drc_result_text(c->result, (size_t)c->selection.row, c->result->report->graph));
    if (own != DRC_GRAPH_NONE && strcmp(drc_graph_kind(g, own)->kind, c->selection.kind) != 0) {
        nodes[n] = own;
        titles[n++] = "itself";
    }
    for (size_t i = 0; i < c->edge_count; i++)
        for (size_t k = 0; k < c->edges[i].node_count && n < FOLLOW_MAX; k++) {
            nodes[n] = drc_graph_find(g, c->edges[i].nodes[k]);
            titles[n] = c->edges[i].title;
            n += nodes[n] != DRC_GRAPH_NONE && nodes[n] != own;
        }
    labels = drc_arena_array(env->a, n + 1, sizeof *labels);
    *out = drc_arena_array(env->a, n + 1, sizeof **out);
    if (drc_graph_texts(env->a, g, env->facts, nodes, n, labels, err) < 0)
        return -1;
    for (size_t i = 0; i < n; i++) {
        const char *kind = drc_graph_kind(g, nodes[i])->kind,
                   *id = strchr(drc_graph_id(g, nodes[i]), ':');
        const char *value = drc_value_make(env->a, "-", drc_arena_printf(env->a, "%s%s", kind, id));
        bool known = drc_snapshot_finder(env->snap, kind, strlen(kind)) == NULL ||
                     strlen(value) > DRC_OPTION_VALUE_MAX;
        for (size_t k = 0; k < *count && !known; k++)
            known = strcmp((*out)[k].value, value) == 0;
        if (!known)
            (*out)[(*count)++] =
                (struct drc_option){drc_utf8_clean(env->a, labels[i], strlen(labels[i]), 75, false),
                                    value, titles[i], NULL};
    }
    return 0;
}

struct drc_message *drc_card_message(struct drc_env *env, const struct drc_run *run,
                                     const char *entity_id, const char *asked_by,
                                     const char *bot_user, struct drc_picture *pic,
                                     struct drc_err *err)
{
    struct drc_context c;
    struct drc_card_line lines[DRC_CARD_LINES_MAX];
    size_t n;
    memset(pic, 0, sizeof *pic);
    if (drc_env_context(env, &run->result, entity_id, &c, err) < 0 ||
        drc_card_lines(env->a, env->facts, env->snap->cards, env->snap->card_count, entity_id,
                       lines, DRC_CARD_LINES_MAX, &n, err) < 0)
        return NULL;
    struct drc_card card = {.lines = lines, .line_count = n};
    if (follow(env, &c, &card.follow, &card.follow_count, err) < 0)
        return NULL;
    drc_picture_entity(env, &c, pic);
    return drc_compose_card(env->a, env->snap, &c, &card, run->run_id, asked_by, bot_user, pic);
}

int drc_run_card(struct drc_env *env, const struct drc_request *req, const struct drc_run *run,
                 const char *entity_id, struct drc_err *err)
{
    const char *channel = NULL, *thread = thread_of(req, run);
    const char *ts = drc_store_card(env->state, env->a, run->run_id, entity_id, &channel, err);
    struct drc_picture pic;
    struct drc_posted posted;
    struct drc_selection sel;
    if (drc_selection_make(env->a, &run->result, entity_id, &sel, err) < 0)
        return -1;
    if (ts != NULL)
        return link_to(
            env, req, channel, ts,
            drc_arena_printf(env->a, "The card of %s is in this thread already", sel.label), err);
    struct drc_message *m =
        drc_card_message(env, run, entity_id, req->user, env->poster->bot_user, &pic, err);
    struct drc_to to = {.where = DRC_TO_CHANNEL, .channel = req->channel, .thread_ts = thread};
    if (m == NULL || drc_deliver(env, req, "card", &to, m, &posted, err) < 0)
        return -1;
    if (run->message_ts == NULL) /* the run was made for this card */
        drc_made_keep_run(env, req, run, entity_id, m, &pic);
    if (posted.ts == NULL)
        return 0;
    const char *root = thread == NULL ? posted.ts : thread;
    struct drc_err own = DRC_ERR_INIT;
    if (thread == NULL)
        drc_unkept(req,
                   drc_store_run_posted(env->state, run->run_id, posted.channel, posted.ts, &own),
                   &own);
    drc_unkept(req,
               drc_store_select(env->state, req->user, posted.channel, root, run->run_id, entity_id,
                                env->now_ms, &own),
               &own);
    drc_unkept(req,
               drc_store_card_put(env->state, run->run_id, entity_id, posted.channel, thread,
                                  posted.ts, &own),
               &own);
    return 0;
}

int drc_run_pick(struct drc_env *env, const struct drc_request *req, struct drc_err *err)
{
    const char *run_id, *entity;
    if (drc_value_split(env->a, req->value, &run_id, &entity) < 0)
        return drc_err_set(err, DRC_ERR_INPUT, "that menu entry is not one of mine");
    if (strcmp(run_id, "-") == 0) { /* chosen from a list of entities: there is no run yet */
        const char *kind = drc_arena_strndup(env->a, entity, strcspn(entity, ":"));
        return drc_run_entity(env, req, kind, entity, err);
    }
    struct drc_run run;
    if (drc_store_run_get(env->state, env->a, env->snap, run_id, &run, err) < 0)
        return -1;
    const char *root = req->thread_ts != NULL ? req->thread_ts : req->message_ts;
    if (root != NULL && drc_store_select(env->state, req->user, req->channel, root, run_id, entity,
                                         env->now_ms, err) < 0)
        return -1;
    if (strncmp(entity, "report:", 7) == 0)
        return drc_whisper_text(
            env, req, "The questions under the report now ask about the whole report.", err);
    return drc_run_card(env, req, &run, entity, err);
}
