/* The home tab: starters, the person's last reports and digests, how far the data goes. */
#include "drc/clock.h"
#include "drc/log.h"
#include "drc/run.h"
#include "subscribe_inner.h"

#define RECENT_MAX 5
#define HOME_SUBS_MAX 20

static void add_starters(struct drc_env *env, struct drc_message *m)
{
    size_t n = env->snap->report_count < 5 ? env->snap->report_count : 5;
    struct drc_button *buttons = drc_arena_array(env->a, n + 1, sizeof *buttons);
    for (size_t i = 0; i < n; i++)
        buttons[i] = (struct drc_button){
            .label = env->snap->reports[i].title,
            .action_id = drc_arena_printf(env->a, "start:%s", env->snap->reports[i].id),
            .value = env->snap->reports[i].id,
            .style = i == 0 ? DRC_BUTTON_PRIMARY : DRC_BUTTON_PLAIN};
    if (n == 0)
        return;
    struct drc_block *b = drc_message_add(env->a, m, DRC_BLOCK_BUTTONS, "starters");
    b->buttons = buttons;
    b->button_count = n;
}

static int add_recent(struct drc_env *env, const struct drc_request *req, struct drc_message *m,
                      struct drc_err *err)
{
    struct drc_run_line lines[RECENT_MAX];
    int n = drc_store_recent(env->state, env->a, req->user, lines, RECENT_MAX, err);
    if (n < 0)
        return -1;
    drc_message_add(env->a, m, DRC_BLOCK_DIVIDER, "recent-line");
    struct drc_block *b = drc_message_add(env->a, m, DRC_BLOCK_TEXT, "recent");
    drc_text_add(env->a, &b->text, DRC_SPAN_BOLD, "Your last reports");
    if (n == 0)
        drc_text_add(env->a, &b->text, DRC_SPAN_PLAIN,
                     "\nNone yet. Press a report above, or type /drc in a channel.");
    for (int i = 0; i < n; i++) {
        char stamp[25];
        drc_text_add(env->a, &b->text, DRC_SPAN_PLAIN, "\n");
        drc_text_add(env->a, &b->text, DRC_SPAN_CODE, lines[i].parameters);
        drc_time_iso(lines[i].created_ms, stamp);
        stamp[10] = ' ';
        drc_text_printf(env->a, &b->text, DRC_SPAN_PLAIN, "  %.16s UTC  ", stamp);
        const char *link =
            env->poster->permalink(env->poster, env->a, lines[i].channel, lines[i].ts);
        if (link != NULL)
            drc_text_link(env->a, &b->text, "open", link);
    }
    return 0;
}

/* The person's subscriptions, the next slots in the person's own zone. */
static int add_subscriptions(struct drc_env *env, const struct drc_request *req,
                             const struct drc_text *note, struct drc_message *m,
                             struct drc_err *err)
{
    struct drc_sub subs[HOME_SUBS_MAX];
    int n = drc_sub_list(env->state, env->a, req->user, NULL, subs, HOME_SUBS_MAX, err);
    if (n < 0)
        return -1;
    const char *zone = n == 0 || env->poster->zone == NULL
                           ? NULL
                           : env->poster->zone(env->poster, env->a, req->user);
    drc_message_add(env->a, m, DRC_BLOCK_DIVIDER, "digests-line");
    struct drc_block *b = drc_message_add(env->a, m, DRC_BLOCK_TEXT, "digests");
    drc_text_add(env->a, &b->text, DRC_SPAN_BOLD, "Your digests");
    if (note != NULL) {
        drc_text_add(env->a, &b->text, DRC_SPAN_PLAIN, "\n");
        drc_text_join(&b->text, note);
    }
    if (n == 0)
        drc_text_add(env->a, &b->text, DRC_SPAN_PLAIN,
                     "\nNone yet. A digest comes on a day and a time of yours, to a channel or to "
                     "you alone.");
    sub_add_rows(env, m, subs, n, zone);
    return 0;
}

/* How far the data goes, asked of the facts themselves: one day, or one for each source. */
static int add_freshness(struct drc_env *env, struct drc_message *m, struct drc_err *err)
{
    struct drc_rows rows;
    if (drc_db_select(env->facts, env->a,
                      "SELECT complete_until, group_concat(source, ', ') FROM (SELECT * FROM "
                      "data_mark ORDER BY source) GROUP BY complete_until ORDER BY 1 DESC",
                      NULL, 0, 20, 5000, &rows, err) < 0)
        return -1;
    drc_message_add(env->a, m, DRC_BLOCK_DIVIDER, "freshness-line");
    struct drc_block *b = drc_message_add(env->a, m, DRC_BLOCK_CONTEXT, "freshness");
    drc_text_add(env->a, &b->text, DRC_SPAN_PLAIN, "Data complete to");
    for (size_t i = 0; i < rows.row_count; i++) {
        const struct drc_cell *c = &rows.cells[i * rows.column_count];
        int64_t day;
        char date[16];
        if (c[0].type != DRC_CELL_TEXT || drc_date_parse(c[0].text, &day) < 0)
            continue;
        drc_text_printf(env->a, &b->text, DRC_SPAN_PLAIN, "%s %s", i == 0 ? "" : ";",
                        drc_date_long(day, date));
        if (rows.row_count > 1 && c[1].type == DRC_CELL_TEXT)
            drc_text_printf(env->a, &b->text, DRC_SPAN_PLAIN, ": %s", c[1].text);
    }
    drc_text_add(env->a, &b->text, DRC_SPAN_PLAIN, ", UTC days.");
    return 0;
}

int drc_run_home(struct drc_env *env, const struct drc_request *req, const struct drc_text *note,
                 struct drc_err *err)
{
    struct drc_message *m = drc_message_new(env->a, "drc");
    struct drc_block *h = drc_message_add(env->a, m, DRC_BLOCK_HEADER, "title");
    drc_text_add(env->a, &h->text, DRC_SPAN_PLAIN, "Data Reliability Copilot");
    struct drc_block *b = drc_message_add(env->a, m, DRC_BLOCK_TEXT, "intro");
    drc_text_add(env->a, &b->text, DRC_SPAN_PLAIN,
                 "Fixed questions about the cost and reliability of your Databricks jobs, answered "
                 "from SQL facts. A report "
                 "started here comes to your direct messages with drc.");
    add_starters(env, m);
    if (add_recent(env, req, m, err) < 0 || add_subscriptions(env, req, note, m, err) < 0 ||
        add_freshness(env, m, err) < 0)
        return -1;
    struct drc_to to = {.where = DRC_TO_HOME};
    struct drc_posted out;
    return env->poster->post(env->poster, env->a, req, &to, m, &out, err);
}

void drc_refresh_home(struct drc_env *env, const char *user)
{
    struct drc_err err = DRC_ERR_INIT;
    struct drc_request home = {.kind = DRC_REQ_HOME, .key = "home", .user = user};
    if (drc_run_home(env, &home, NULL, &err) < 0)
        drc_log(DRC_LOG_INFO, "home.stale", "user=%s why=\"%s\"", user, err.msg);
}
