/* The page's socket: who looks, and what they are told. The verbs of people are in people.c and
 * interact.c. */
#include "emulator/emulator.h"

#include <stdlib.h>
#include <string.h>

#include "drc/buf.h"
#include "drc/jsonx.h"
#include "drc/limits.h"

#define HISTORY_MAX 60
#define WIRE_FIRST 300

struct emu_page {
    struct emu *e;
    struct drc_ws *ws;
    struct emu_page *next;
    int user;
    bool wire;
};

/* ---- telling ------------------------------------------------------------------------------ */

static void send_text(struct emu_page *p, const char *text, size_t bytes)
{
    if (drc_ws_send(p->ws, text, bytes, false, NULL) < 0)
        drc_ws_abort(p->ws); /* a page that does not read: it will come back and ask again */
}

static void send_json(struct emu_page *p, json_t *take)
{
    char *text = drc_json_dump(take);
    send_text(p, text, strlen(text));
    free(text);
    json_decref(take);
}

static void tell(struct emu *e, const struct emu_channel *c, int only_user, const char *text,
                 size_t bytes)
{
    for (struct emu_page *p = e->pages; p != NULL; p = p->next)
        if (p->ws != NULL && (only_user == EMU_NOBODY || p->user == only_user) &&
            (c == NULL || emu_can_see(c, p->user)))
            send_text(p, text, bytes);
}

static void tell_json(struct emu *e, const struct emu_channel *c, int only_user, json_t *take)
{
    if (e->pages != NULL) {
        char *text = drc_json_dump(take);
        tell(e, c, only_user, text, strlen(text));
        free(text);
    }
    json_decref(take);
}

void emu_ui_user(struct emu *e, int user, json_t *take)
{
    tell_json(e, NULL, user, take);
}

void emu_ui_channel(struct emu *e, const struct emu_channel *c, json_t *take)
{
    tell_json(e, c, EMU_NOBODY, take);
}

void emu_ui_all(struct emu *e, json_t *take)
{
    tell_json(e, NULL, EMU_NOBODY, take);
}

void emu_ui_message(struct emu *e, const char *type, struct emu_msg *m)
{
    if (e->pages == NULL)
        return;
    struct drc_buf b;
    drc_buf_init(&b, DRC_BUF_MAX_BYTES);
    drc_buf_printf(&b, "{\"type\":\"%s\",\"channel\":\"%s\",\"message\":", type, m->channel->id);
    drc_buf_addstr(&b, emu_msg_text(m));
    drc_buf_addch(&b, '}');
    tell(e, m->channel, m->only_for, drc_buf_str(&b), b.len);
    drc_buf_fini(&b);
}

void emu_ui_deleted(struct emu *e, const struct emu_msg *m)
{
    json_t *j = json_pack("{s:s, s:s, s:s}", "type",
                          m->only_for == EMU_NOBODY ? "message_deleted" : "ephemeral_deleted",
                          "channel", m->channel->id, "ts", m->ts);
    if (m->root != NULL)
        json_object_set_new(j, "thread_ts", json_string(m->root->ts));
    tell_json(e, m->channel, m->only_for, j);
}

void emu_ui_reaction(struct emu *e, struct emu_msg *m)
{
    json_t *reactions = json_object_get(m->j, "reactions");
    tell_json(e, m->channel, m->only_for,
              json_pack("{s:s, s:s, s:s, s:o}", "type", "reaction", "channel", m->channel->id, "ts",
                        m->ts, "reactions",
                        reactions == NULL ? json_array() : json_incref(reactions)));
}

void emu_ui_bot(struct emu *e)
{
    emu_ui_all(e, json_pack("{s:s, s:b}", "type", "bot", "online", emu_sm_online(e)));
}

void emu_ui_wire(struct emu *e, const struct emu_wire_entry *w)
{
    char *text = NULL;
    for (struct emu_page *p = e->pages; p != NULL; p = p->next) {
        if (!p->wire || p->ws == NULL)
            continue;
        if (text == NULL) {
            json_t *j = json_pack("{s:s, s:o}", "type", "wire", "entry", emu_wire_json(w));
            text = drc_json_dump(j);
            json_decref(j);
        }
        send_text(p, text, strlen(text));
    }
    free(text);
}

/* ---- reading ------------------------------------------------------------------------------ */

static bool visible(const struct emu_msg *m, int user)
{
    return m->only_for == EMU_NOBODY || m->only_for == user;
}

/* Top level of a channel as `user` sees it, oldest first, before the given ts. */
json_t *emu_ui_history(struct emu *e, int user, struct emu_channel *c, const char *before,
                       size_t max, bool *more)
{
    (void)e;
    size_t found = 0, first = c->count;
    *more = false;
    for (size_t i = c->count; i-- > 0;) {
        const struct emu_msg *m = c->msgs[i];
        bool broadcast = strcmp(drc_json_str(m->j, "subtype", ""), "thread_broadcast") == 0;
        bool reply = drc_json_str(m->j, "thread_ts", m->ts)[0] != '\0' &&
                     strcmp(drc_json_str(m->j, "thread_ts", m->ts), m->ts) != 0;
        if ((reply && !broadcast) || !visible(m, user) ||
            (before[0] != '\0' && strcmp(m->ts, before) >= 0))
            continue;
        if (found == max) {
            *more = true;
            break;
        }
        found++;
        first = i;
    }
    json_t *list = json_array();
    for (size_t i = first; i < c->count; i++) {
        struct emu_msg *m = c->msgs[i];
        const char *thread = drc_json_str(m->j, "thread_ts", m->ts);
        bool broadcast = strcmp(drc_json_str(m->j, "subtype", ""), "thread_broadcast") == 0;
        if ((strcmp(thread, m->ts) == 0 || broadcast) && visible(m, user) &&
            (before[0] == '\0' || strcmp(m->ts, before) < 0))
            json_array_append(list, m->j);
    }
    return list;
}

json_t *emu_ui_thread(struct emu *e, int user, struct emu_channel *c, const char *ts)
{
    (void)e;
    struct emu_msg *root = emu_msg(c, ts);
    if (root == NULL || !visible(root, user))
        return NULL;
    if (root->root != NULL)
        root = root->root;
    json_t *list = json_array();
    json_array_append(list, root->j);
    for (size_t i = 0; i < root->reply_count; i++)
        if (visible(root->replies[i], user))
            json_array_append(list, root->replies[i]->j);
    return list;
}

/* ---- hello -------------------------------------------------------------------------------- */

static json_t *channel_json(const struct emu_channel *c, int user)
{
    static const char *const kinds[] = {"public", "private", "dm"};
    size_t unread = 0, mentions = 0;
    const char *latest = "";
    for (size_t i = c->count; i-- > 0;) {
        const struct emu_msg *m = c->msgs[i];
        if (latest[0] == '\0' && m->only_for == EMU_NOBODY)
            latest = m->ts;
        if (strcmp(m->ts, c->last_read[user]) <= 0)
            break;
        if (m->root != NULL || m->only_for != EMU_NOBODY ||
            strcmp(drc_json_str(m->j, "user", ""), emu_users[user].id) == 0)
            continue;
        unread++;
        mentions += strstr(drc_json_str(m->j, "text", ""), emu_users[user].id) != NULL;
    }
    return json_pack("{s:s, s:s, s:s, s:s, s:b, s:b, s:s, s:s, s:I, s:I}", "id", c->id, "name",
                     c->name, "kind", kinds[c->kind], "topic", c->topic, "is_member", 1,
                     "bot_member", c->bot_member, "last_read", c->last_read[user], "latest", latest,
                     "unread", (json_int_t)unread, "mentions", (json_int_t)mentions);
}

static json_t *users_json(void)
{
    json_t *list = json_array();
    for (int i = 0; i < EMU_USERS; i++)
        json_array_append_new(
            list, json_pack("{s:s, s:s, s:s, s:s, s:s, s:b}", "id", emu_users[i].id, "name",
                            emu_users[i].name, "real_name", emu_users[i].real_name, "title",
                            emu_users[i].title, "tz", emu_users[i].tz, "is_bot", 0));
    json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s, s:s, s:b}", "id", EMU_BOT_USER,
                                          "name", "drc", "real_name", "drc", "title",
                                          "Data Reliability Copilot", "tz", "UTC", "is_bot", 1));
    json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s, s:s, s:b}", "id", EMU_SLACKBOT,
                                          "name", "slackbot", "real_name", "Slackbot", "title", "",
                                          "tz", "UTC", "is_bot", 1));
    return list;
}

static json_t *starters_json(const struct emu *e)
{
    static const struct {
        const char *channel, *title, *text;
    } table[] = {
        {"C0FINOPS1", "What happened in the last four weeks?", "/drc report cost-anomalies"},
        {"C0FINOPS1", "What happened to legacy_orders_etl?", "/drc job legacy_orders_etl"},
        {"C0FINOPS1", "What happened to finance_daily_close?", "/drc job finance_daily_close"},
    };
    json_t *list = json_array();
    for (size_t i = 0; e->opt.sample && i < sizeof table / sizeof *table; i++)
        json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "channel", table[i].channel,
                                              "title", table[i].title, "text", table[i].text));
    return list;
}

json_t *emu_ui_hello(struct emu *e, int user)
{
    json_t *channels = json_array();
    for (int i = 0; i < EMU_CHANNELS; i++)
        if (emu_can_see(&e->channels[i], user))
            json_array_append_new(channels, channel_json(&e->channels[i], user));
    const struct emu_user *u = &emu_users[user];
    return json_pack(
        "{s:s, s:{s:s, s:s, s:s, s:s, s:s}, s:{s:s, s:s, s:s}, s:{s:s, s:s, s:s, s:s}, s:o, s:o, "
        "s:[o, o], "
        "s:b, s:b, s:o}",
        "type", "hello", "me", "id", u->id, "name", u->name, "real_name", u->real_name, "title",
        u->title, "tz", u->tz, "team", "id", EMU_TEAM, "name", "Acme Data", "domain", EMU_DOMAIN,
        "app", "id", EMU_APP, "name", "drc", "bot_user", EMU_BOT_USER, "bot_id", EMU_BOT_ID,
        "users", users_json(), "channels", channels, "commands",
        json_pack("{s:s, s:s, s:s}", "command", "/drc", "usage_hint",
                  "report job-cost | report compute-type | report pareto | report spot-risk | "
                  "report cost-anomalies | job <name> | reports | help",
                  "description", "Run a cost or reliability report"),
        json_pack("{s:s, s:s, s:s}", "command", "/invite", "usage_hint", "@drc", "description",
                  "Add drc to this channel"),
        "bot_online", emu_sm_online(e), "sample", e->opt.sample, "starters", starters_json(e));
}

/* What is open for this person besides messages: modals and the Home tab. */
static void send_surfaces(struct emu_page *p)
{
    struct emu *e = p->e;
    for (int d = 0; d < e->view_depth[p->user]; d++)
        send_json(p, json_pack("{s:s, s:s, s:O, s:s}", "type", "view", "op",
                               d == 0 ? "open" : "push", "view", e->views[p->user][d], "view_id",
                               drc_json_str(e->views[p->user][d], "id", "")));
    if (e->homes[p->user] != NULL)
        send_json(p, json_pack("{s:s, s:O}", "type", "home", "view", e->homes[p->user]));
}

/* ---- the socket --------------------------------------------------------------------------- */

static void on_open(struct drc_ws *ws, void *user)
{
    struct emu_page *p = user;
    p->ws = ws;
    send_json(p, emu_ui_hello(p->e, p->user));
    send_surfaces(p);
}

static void on_message(struct drc_ws *ws, const char *text, size_t bytes, void *user)
{
    (void)ws;
    struct emu_page *p = user;
    struct drc_err err = DRC_ERR_INIT;
    json_t *msg = drc_json_parse(text, bytes, &err);
    json_t *reply;
    if (json_is_object(msg) && strcmp(drc_json_str(msg, "type", ""), "wire") == 0) {
        p->wire = drc_json_bool(msg, "on", false);
        reply = emu_ok();
        json_object_set_new(reply, "entries", emu_wire_since(p->e, 0, WIRE_FIRST));
    } else if (json_is_object(msg)) {
        reply = emu_do(p->e, p->user, msg, NULL);
    } else {
        reply = json_pack("{s:b, s:o}", "ok", 0, "error",
                          drc_json_text(err.code == DRC_OK ? "not an object" : err.msg));
    }
    json_object_set_new(reply, "type", json_string("reply"));
    json_object_set_new(reply, "req", json_integer((json_int_t)drc_json_int(msg, "req", 0)));
    send_json(p, reply);
    json_decref(msg);
}

static void on_close(struct drc_ws *ws, int code, const char *reason, void *user)
{
    (void)ws, (void)code, (void)reason;
    struct emu_page *p = user;
    for (struct emu_page **at = &p->e->pages; *at != NULL; at = &(*at)->next)
        if (*at == p) {
            *at = p->next;
            break;
        }
    free(p);
}

const struct drc_ws_events *emu_ui_upgrade(struct emu *e, const struct drc_http_in *in,
                                           void **ws_user)
{
    static const struct drc_ws_events events = {on_open, on_message, NULL, on_close};
    char *id = emu_query_get(in->query, "user");
    int user = emu_user_index(id);
    free(id);
    if (user == EMU_NOBODY)
        return NULL;
    struct emu_page *p = calloc(1, sizeof *p);
    if (p == NULL)
        abort();
    p->e = e;
    p->user = user;
    p->next = e->pages;
    e->pages = p;
    *ws_user = p;
    return &events;
}

void emu_ui_close_all(struct emu *e)
{
    for (struct emu_page *p = e->pages; p != NULL; p = p->next)
        if (p->ws != NULL)
            drc_ws_close(p->ws, 1001, "going away");
}
