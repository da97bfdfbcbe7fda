/* Lists of subscriptions with their buttons, their history, and the word after a change. */
#include <string.h>

#include "drc/clock.h"
#include "drc/fmt.h"
#include "subscribe_inner.h"

#define LIST_MAX 50
#define ROWS_MAX 12 /* with buttons: a message takes 50 blocks */
#define HISTORY_MAX 10

/* ---- rows --------------------------------------------------------------------------------- */

static void add_line(struct drc_env *env, const struct drc_sub *s, const char *zone,
                     struct drc_text *t)
{
    const char *shown = zone == NULL ? s->zone : zone;
    drc_text_add(env->a, t, DRC_SPAN_CODE, s->sub_id);
    drc_text_add(env->a, t, DRC_SPAN_PLAIN, "  ");
    sub_describe(env->a, s, NULL, t);
    if (strcmp(s->status, "active") == 0)
        drc_text_printf(env->a, t, DRC_SPAN_PLAIN, " \u00b7 next %s (%s)",
                        sub_local(env->a, shown, s->next_ms), shown);
    else
        drc_text_printf(env->a, t, DRC_SPAN_PLAIN, " \u00b7 %s%s%s", s->status,
                        *s->why == '\0' ? "" : ": ", s->why);
}

static void add_buttons(struct drc_env *env, struct drc_message *m, const struct drc_sub *s)
{
    bool active = strcmp(s->status, "active") == 0;
    const struct drc_button row[] = {
        {.label = "Edit", .action_id = "sub:edit"},
        {.label = "Preview", .action_id = "sub:preview"},
        {.label = "Send now",
         .action_id = "sub:now",
         .confirm = *s->channel == '\0' ? NULL : "It is posted in the channel, for all to see."},
        {.label = active ? "Pause" : "Resume", .action_id = active ? "sub:pause" : "sub:resume"},
        {.label = "History", .action_id = "sub:history"},
        {.label = "Unsubscribe",
         .action_id = "sub:unsubscribe",
         .confirm = "Nothing more will come. Its history is kept."}};
    size_t n = sizeof row / sizeof *row;
    struct drc_button *buttons = drc_arena_array(env->a, n, sizeof *buttons);
    for (size_t i = 0; i < n; i++) {
        buttons[i] = row[i];
        buttons[i].value = s->sub_id;
        buttons[i].accessibility = drc_arena_printf(env->a, "%s: %s, %s", row[i].label,
                                                    s->digest_id, sub_spoken(env->a, s));
    }
    struct drc_block *b =
        drc_message_add(env->a, m, DRC_BLOCK_BUTTONS, drc_arena_printf(env->a, "do-%s", s->sub_id));
    b->buttons = buttons;
    b->button_count = n;
}

void sub_add_rows(struct drc_env *env, struct drc_message *m, const struct drc_sub *subs, int n,
                  const char *zone)
{
    static const struct drc_button fresh[] = {
        {.label = "New subscription", .action_id = "sub:new", .value = "new"}};
    for (int i = 0; i < n && i < ROWS_MAX; i++) {
        struct drc_block *b = drc_message_add(env->a, m, DRC_BLOCK_TEXT,
                                              drc_arena_printf(env->a, "sub-%s", subs[i].sub_id));
        add_line(env, &subs[i], zone, &b->text);
        add_buttons(env, m, &subs[i]);
    }
    if (n > ROWS_MAX) {
        struct drc_block *b = drc_message_add(env->a, m, DRC_BLOCK_TEXT, "sub-more");
        for (int i = ROWS_MAX; i < n; i++) {
            if (i > ROWS_MAX)
                drc_text_add(env->a, &b->text, DRC_SPAN_PLAIN, "\n");
            add_line(env, &subs[i], zone, &b->text);
        }
    }
    struct drc_block *b = drc_message_add(env->a, m, DRC_BLOCK_BUTTONS, "sub-new");
    b->buttons = fresh;
    b->button_count = 1;
}

int sub_list(struct drc_env *env, const struct drc_request *req, const struct drc_text *note,
             struct drc_err *err)
{
    struct drc_sub *subs = drc_arena_array(env->a, LIST_MAX, sizeof *subs);
    int n = drc_sub_list(env->state, env->a, req->user, req->is_dm ? NULL : req->channel, subs,
                         LIST_MAX, err);
    if (n < 0)
        return -1;
    struct drc_message *m = drc_message_new(env->a, "Subscriptions to digests");
    if (note != NULL)
        drc_text_join(&drc_message_add(env->a, m, DRC_BLOCK_TEXT, "note")->text, note);
    struct drc_block *b = drc_message_add(env->a, m, DRC_BLOCK_TEXT, "subscriptions");
    drc_text_add(env->a, &b->text, DRC_SPAN_BOLD,
                 req->is_dm ? "Your subscriptions"
                            : "Your subscriptions and those of this channel");
    if (n == 0)
        drc_text_add(env->a, &b->text, DRC_SPAN_PLAIN, "\nNone yet.");
    sub_add_rows(env, m, subs, n, NULL);
    struct drc_to to = {.where = DRC_TO_EPHEMERAL,
                        .channel = req->channel,
                        .thread_ts = req->thread_ts,
                        .replaces = req->is_ephemeral};
    struct drc_posted out;
    return env->poster->post(env->poster, env->a, req, &to, m, &out, err);
}

/* ---- after a change ----------------------------------------------------------------------- */

int sub_done(struct drc_env *env, const struct drc_request *req, const struct drc_sub *sub,
             const struct drc_text *note, struct drc_err *err)
{
    if (req->kind == DRC_REQ_ACTION && req->channel == NULL && req->callback_id == NULL) {
        struct drc_request home = {.kind = DRC_REQ_HOME, .key = req->key, .user = req->user};
        if (!sub_is_mine(req, sub))
            drc_refresh_home(env, sub->owner);
        return drc_run_home(env, &home, note, err);
    }
    drc_refresh_home(env, sub->owner);
    if (req->kind == DRC_REQ_ACTION && req->is_ephemeral)
        return sub_list(env, req, note, err);
    struct drc_message *m = drc_message_new(env->a, drc_text_plain(env->a, note));
    drc_text_join(&drc_message_add(env->a, m, DRC_BLOCK_TEXT, "note")->text, note);
    return drc_whisper(env, req, m, err);
}

/* ---- history ------------------------------------------------------------------------------ */

static void add_slot(struct drc_env *env, const struct drc_slot *slot, struct drc_text *t)
{
    char day[16], total[DRC_FMT_BYTES];
    drc_text_printf(env->a, t, DRC_SPAN_PLAIN, "\n%s: %s", drc_date_long(slot->day, day),
                    slot->status);
    if (slot->total_uusd >= 0)
        drc_text_printf(env->a, t, DRC_SPAN_PLAIN, ", %s", drc_fmt_usd(slot->total_uusd, total));
    if (*slot->why != '\0')
        drc_text_printf(env->a, t, DRC_SPAN_PLAIN, " (%s)", slot->why);
    const char *link = env->poster->permalink(env->poster, env->a, slot->channel, slot->ts);
    if (link != NULL) {
        drc_text_add(env->a, t, DRC_SPAN_PLAIN, "  ");
        drc_text_link(env->a, t, "open", link);
    }
}

int sub_history(struct drc_env *env, const struct drc_request *req, const struct drc_sub *sub,
                struct drc_err *err)
{
    struct drc_slot slots[HISTORY_MAX];
    int n = drc_slot_history(env->state, env->a, sub->sub_id, slots, HISTORY_MAX, err);
    if (n < 0)
        return -1;
    struct drc_message *m = drc_message_new(env->a, "History of a subscription");
    struct drc_block *b = drc_message_add(env->a, m, DRC_BLOCK_TEXT, "history");
    drc_text_add(env->a, &b->text, DRC_SPAN_CODE, sub->sub_id);
    drc_text_add(env->a, &b->text, DRC_SPAN_PLAIN, "  ");
    sub_describe(env->a, sub, NULL, &b->text);
    enum drc_fmt_style before = drc_fmt_use(drc_sub_numbers(sub));
    for (int i = 0; i < n; i++)
        add_slot(env, &slots[i], &b->text);
    drc_fmt_use(before);
    if (n == 0)
        drc_text_printf(env->a, &b->text, DRC_SPAN_PLAIN,
                        "\nNone was due yet. The first one comes on %s (%s).",
                        sub_local(env->a, sub->zone, sub->next_ms), sub->zone);
    if (req->kind != DRC_REQ_ACTION || req->trigger_id == NULL)
        return drc_whisper(env, req, m, err);
    struct drc_to to = {.where = DRC_TO_MODAL, .title = "History of a digest"};
    struct drc_posted out;
    return env->poster->post(env->poster, env->a, req, &to, m, &out, err);
}
