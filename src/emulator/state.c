/* Channels' messages, files, views: the live state, and its items by key for the store.
 *
 * Keys: "m/<channel>/<ts>" a message, "f/<id>" a file, "c/<id>" a channel, "v/<user>" open modals,
 * "h/<user>" a home. */
#include "emulator/emulator.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drc/clock.h"
#include "drc/jsonx.h"
#include "drc/stats.h"

static void *must(void *p)
{
    if (p == NULL)
        abort();
    return p;
}

/* ---- ids ---------------------------------------------------------------------------------- */

uint64_t emu_next(struct emu *e)
{
    return ++e->seq;
}

/* Strictly increasing over all channels. */
void emu_new_ts(struct emu *e, char out[24])
{
    int64_t now = drc_clock_wall_us();
    e->last_ts_us = now > e->last_ts_us ? now : e->last_ts_us + 1;
    snprintf(out, 24, "%lld.%06d", (long long)(e->last_ts_us / 1000000),
             (int)(e->last_ts_us % 1000000));
}

void emu_new_id(struct emu *e, char prefix, char out[16])
{
    static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    uint64_t n = drc_stats_mix64(emu_next(e) ^ ((uint64_t)e->started_ms << 20));
    out[0] = prefix;
    out[1] = '0';
    for (int i = 2; i < 11; i++, n /= 36)
        out[i] = digits[n % 36];
    out[11] = '\0';
}

/* ---- messages ----------------------------------------------------------------------------- */

struct emu_msg *emu_msg(struct emu_channel *c, const char *ts)
{
    return ts == NULL ? NULL : drc_map_get(c->by_ts, ts);
}

const char *emu_msg_text(struct emu_msg *m)
{
    if (m->text == NULL) {
        m->text = drc_json_dump(m->j);
        m->text_bytes = strlen(m->text);
    }
    return m->text;
}

static void insert(struct emu_channel *c, struct emu_msg *m)
{
    if (c->count == c->cap) {
        c->cap = c->cap == 0 ? 64 : c->cap * 2;
        c->msgs = must(realloc(c->msgs, c->cap * sizeof *c->msgs));
    }
    size_t at = c->count; /* nearly always the newest */
    while (at > 0 && strcmp(c->msgs[at - 1]->ts, m->ts) > 0)
        at--;
    memmove(c->msgs + at + 1, c->msgs + at, (c->count - at) * sizeof *c->msgs);
    c->msgs[at] = m;
    c->count++;
    drc_map_set(c->by_ts, m->ts, m);
}

static void take_out(struct emu_msg **list, size_t *count, const struct emu_msg *m)
{
    for (size_t i = *count; i-- > 0;)
        if (list[i] == m) {
            memmove(list + i, list + i + 1, (*count - i - 1) * sizeof *list);
            (*count)--;
            return;
        }
}

static void forget_text(struct emu_msg *m)
{
    free(m->text);
    m->text = NULL;
}

/* reply_count, reply_users and latest_reply of a thread's root, as Slack shows them. */
static void count_replies(struct emu_msg *root)
{
    json_t *users = json_array();
    size_t shown = 0;
    const char *latest = NULL;
    for (size_t i = 0; i < root->reply_count; i++) {
        struct emu_msg *r = root->replies[i];
        if (r->only_for != EMU_NOBODY)
            continue;
        shown++;
        latest = r->ts;
        json_t *user = json_object_get(r->j, "user");
        bool known = false;
        for (size_t k = 0; k < json_array_size(users); k++)
            known = known || json_equal(json_array_get(users, k), user);
        if (!known && user != NULL && json_array_size(users) < 5)
            json_array_append(users, user);
    }
    if (shown > 0) {
        json_object_set_new(root->j, "thread_ts", json_string(root->ts));
        json_object_set_new(root->j, "reply_count", json_integer((json_int_t)shown));
        json_object_set_new(root->j, "reply_users_count",
                            json_integer((json_int_t)json_array_size(users)));
        json_object_set_new(root->j, "latest_reply", json_string(latest));
        json_object_set(root->j, "reply_users", users);
    } else {
        static const char *const gone[] = {"thread_ts", "reply_count", "reply_users_count",
                                           "latest_reply", "reply_users"};
        for (size_t i = 0; i < sizeof gone / sizeof *gone; i++)
            json_object_del(root->j, gone[i]);
    }
    json_decref(users);
    forget_text(root);
}

static void link_reply(struct emu_msg *m, const char *thread_ts)
{
    struct emu_msg *root = emu_msg(m->channel, thread_ts);
    if (root == NULL || root == m)
        return;
    if (root->root != NULL)
        root = root->root;
    m->root = root;
    if (root->reply_count == root->reply_cap) {
        root->reply_cap = root->reply_cap == 0 ? 8 : root->reply_cap * 2;
        root->replies = must(realloc(root->replies, root->reply_cap * sizeof *root->replies));
    }
    root->replies[root->reply_count++] = m;
}

static struct emu_msg *make_msg(struct emu *e, struct emu_channel *c, json_t *j, int only_for)
{
    struct emu_msg *m = must(calloc(1, sizeof *m));
    m->channel = c;
    m->only_for = only_for;
    m->j = j;
    const char *ts = drc_json_str(j, "ts", NULL);
    if (ts == NULL) {
        emu_new_ts(e, m->ts);
        json_object_set_new(j, "ts", json_string(m->ts));
    } else {
        snprintf(m->ts, sizeof m->ts, "%s", ts);
        long long s = 0;
        int us = 0;
        if (sscanf(ts, "%lld.%d", &s, &us) == 2 && s * 1000000 + us > e->last_ts_us)
            e->last_ts_us = s * 1000000 + us;
    }
    insert(c, m);
    link_reply(m, drc_json_str(j, "thread_ts", NULL));
    return m;
}

struct emu_msg *emu_msg_add(struct emu *e, struct emu_channel *c, json_t *take_j, int only_for)
{
    if (only_for != EMU_NOBODY)
        json_object_set_new(take_j, "is_ephemeral", json_true());
    struct emu_msg *m = make_msg(e, c, take_j, only_for);
    emu_store_touch_msg(e, m);
    if (m->root != NULL && only_for == EMU_NOBODY)
        json_object_set_new(m->j, "thread_ts",
                            json_string(m->root->ts)); /* a reply to a reply is one to its root */
    if (m->root != NULL && strcmp(drc_json_str(m->j, "user", ""), EMU_BOT_USER) == 0)
        emu_status_clear(e, c->id, m->root->ts);
    emu_ui_message(e, only_for == EMU_NOBODY ? "message" : "ephemeral", m);
    if (m->root != NULL && only_for == EMU_NOBODY) {
        count_replies(m->root);
        emu_store_touch_msg(e, m->root);
        emu_ui_message(e, "message_changed", m->root);
    }
    return m;
}

void emu_msg_changed(struct emu *e, struct emu_msg *m)
{
    forget_text(m);
    emu_store_touch_msg(e, m);
    emu_ui_message(e, m->only_for == EMU_NOBODY ? "message_changed" : "ephemeral", m);
}

static void free_msg(void *p)
{
    struct emu_msg *m = p;
    free(m->replies);
    free(m->text);
    json_decref(m->j);
    free(m);
}

/* A root with replies stays as a tombstone, as in Slack. */
static void bury(struct emu *e, struct emu_msg *m)
{
    static const char *const gone[] = {"blocks", "files",       "metadata", "reactions",
                                       "edited", "bot_profile", "bot_id"};
    for (size_t i = 0; i < sizeof gone / sizeof *gone; i++)
        json_object_del(m->j, gone[i]);
    json_object_set_new(m->j, "subtype", json_string("tombstone"));
    json_object_set_new(m->j, "user", json_string(EMU_SLACKBOT));
    json_object_set_new(m->j, "text", json_string("This message was deleted."));
    emu_msg_changed(e, m);
}

void emu_msg_delete(struct emu *e, struct emu_msg *m)
{
    if (m->reply_count > 0) {
        bury(e, m);
        return;
    }
    emu_ui_deleted(e, m);
    struct emu_channel *c = m->channel;
    drc_map_remove(c->by_ts, m->ts);
    take_out(c->msgs, &c->count, m);
    emu_store_touch_msg(e, m);
    if (m->root != NULL) {
        take_out(m->root->replies, &m->root->reply_count, m);
        if (m->only_for == EMU_NOBODY) {
            count_replies(m->root);
            emu_msg_changed(e, m->root);
        }
    }
    free_msg(m);
}

json_t *emu_bot_message(const char *text)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:{s:s, s:s, s:s, s:b, s:s}}", "type",
                     "message", "user", EMU_BOT_USER, "bot_id", EMU_BOT_ID, "app_id", EMU_APP,
                     "team", EMU_TEAM, "text", drc_json_text(text), "bot_profile", "id", EMU_BOT_ID,
                     "app_id", EMU_APP, "name", "drc", "deleted", 0, "team_id", EMU_TEAM);
}

void emu_slackbot(struct emu *e, struct emu_channel *c, int user, const char *thread_ts,
                  const char *text)
{
    json_t *j = json_pack("{s:s, s:s, s:o}", "type", "message", "user", EMU_SLACKBOT, "text",
                          drc_json_text(text));
    if (thread_ts != NULL && thread_ts[0] != '\0')
        json_object_set_new(j, "thread_ts", json_string(thread_ts));
    emu_msg_add(e, c, j, user);
}

/* ---- files and views ---------------------------------------------------------------------- */

struct emu_file *emu_file(struct emu *e, const char *id)
{
    return id == NULL ? NULL : drc_map_get(e->files, id);
}

static void free_file(void *p)
{
    struct emu_file *f = p;
    drc_timer_free(f->timer);
    free(f->bytes);
    json_decref(f->j);
    free(f);
}

void emu_file_add(struct emu *e, struct emu_file *take)
{
    take->e = e;
    struct emu_file *old = drc_map_set(e->files, take->id, take);
    if (old != NULL)
        free_file(old);
}

json_t *emu_view_find(struct emu *e, const char *id, const char *external_id, int *user)
{
    for (int u = 0; u < EMU_USERS; u++) {
        for (int d = -1; d < e->view_depth[u]; d++) {
            json_t *v = d < 0 ? e->homes[u] : e->views[u][d];
            bool hit = id[0] != '\0'
                           ? strcmp(drc_json_str(v, "id", ""), id) == 0
                           : external_id[0] != '\0' &&
                                 strcmp(drc_json_str(v, "external_id", ""), external_id) == 0;
            if (v != NULL && hit) {
                *user = u;
                return v;
            }
        }
    }
    return NULL;
}

/* ---- items by key ------------------------------------------------------------------------- */

static void put_channel(struct emu_channel *c, const json_t *v)
{
    c->bot_member = drc_json_bool(v, "bot_member", c->bot_member);
    for (int u = 0; u < EMU_USERS; u++) {
        char path[40];
        snprintf(path, sizeof path, "last_read.%s", emu_users[u].id);
        snprintf(c->last_read[u], sizeof c->last_read[u], "%s",
                 drc_json_str(v, path, c->last_read[u]));
    }
}

static bool put_message(struct emu *e, const char *rest, json_t *v)
{
    char channel[16];
    size_t n = strcspn(rest, "/");
    if (n >= sizeof channel || rest[n] != '/')
        return false;
    memcpy(channel, rest, n);
    channel[n] = '\0';
    struct emu_channel *c = emu_channel(e, channel);
    const char *ts = rest + n + 1;
    if (c == NULL || strlen(ts) >= 24)
        return false;
    struct emu_msg *m = emu_msg(c, ts);
    if (v == NULL) {
        if (m != NULL && m->reply_count == 0)
            emu_msg_delete(e, m);
        return true;
    }
    if (!json_is_object(v) || strcmp(drc_json_str(v, "ts", ""), ts) != 0)
        return false;
    int only_for = emu_user_index(drc_json_str(v, "_for", NULL));
    json_object_del(v, "_for");
    if (m == NULL) {
        make_msg(e, c, json_incref(v), only_for);
        return true;
    }
    json_decref(m->j);
    m->j = json_incref(v);
    forget_text(m);
    return true;
}

static bool put_file(struct emu *e, const char *id, json_t *v)
{
    if (v == NULL) {
        struct emu_file *old = drc_map_remove(e->files, id);
        if (old != NULL)
            free_file(old);
        return true;
    }
    struct emu_file *f = must(calloc(1, sizeof *f));
    snprintf(f->id, sizeof f->id, "%s", id);
    f->state = (enum emu_file_state)drc_json_int(v, "_state", EMU_FILE_READY);
    f->length = f->have = (size_t)drc_json_int(v, "size", 0);
    f->saved = true;
    f->j = json_incref(v);
    json_object_del(f->j, "_state");
    emu_file_add(e, f);
    return true;
}

static bool put_views(struct emu *e, int user, json_t *v)
{
    for (int d = 0; d < e->view_depth[user]; d++)
        json_decref(e->views[user][d]);
    e->view_depth[user] = 0;
    size_t n = json_array_size(v);
    for (size_t i = 0; i < n && i < EMU_VIEW_DEPTH; i++)
        if (json_is_object(json_array_get(v, i)))
            e->views[user][e->view_depth[user]++] = json_incref(json_array_get(v, i));
    return true;
}

bool emu_state_put(struct emu *e, const char *key, json_t *take_value)
{
    bool ok = false;
    const char *rest = key[0] == '\0' || key[1] != '/' ? "" : key + 2;
    int user = emu_user_index(rest);
    struct emu_channel *c = emu_channel(e, rest);
    if (key[0] == 'm')
        ok = put_message(e, rest, take_value);
    else if (key[0] == 'f' && strlen(rest) < 16)
        ok = put_file(e, rest, take_value);
    else if (key[0] == 'v' && user != EMU_NOBODY)
        ok = put_views(e, user, take_value);
    else if (key[0] == 'h' && user != EMU_NOBODY) {
        json_decref(e->homes[user]);
        e->homes[user] = json_incref(take_value);
        ok = true;
    } else if (key[0] == 'c' && c != NULL) {
        put_channel(c, take_value);
        ok = true;
    }
    json_decref(take_value);
    return ok;
}

static json_t *get_message(struct emu *e, const char *rest)
{
    char channel[16];
    size_t n = strcspn(rest, "/");
    snprintf(channel, sizeof channel, "%.*s", (int)n, rest);
    struct emu_channel *c = emu_channel(e, channel);
    struct emu_msg *m = c == NULL || rest[n] != '/' ? NULL : emu_msg(c, rest + n + 1);
    if (m == NULL)
        return NULL;
    if (m->only_for == EMU_NOBODY)
        return json_incref(m->j);
    json_t *copy = json_copy(m->j);
    json_object_set_new(copy, "_for", json_string(emu_users[m->only_for].id));
    return copy;
}

static json_t *get_channel(const struct emu_channel *c)
{
    json_t *v = json_pack("{s:b, s:{}}", "bot_member", c->bot_member, "last_read");
    for (int u = 0; u < EMU_USERS; u++)
        json_object_set_new(json_object_get(v, "last_read"), emu_users[u].id,
                            json_string(c->last_read[u]));
    return v;
}

json_t *emu_state_get(struct emu *e, const char *key)
{
    const char *rest = key + 2;
    int user = emu_user_index(rest);
    struct emu_channel *c = emu_channel(e, rest);
    struct emu_file *f;
    switch (key[0]) {
    case 'm':
        return get_message(e, rest);
    case 'f':
        f = emu_file(e, rest);
        if (f == NULL || f->state == EMU_FILE_ANNOUNCED)
            return NULL;
        json_t *copy = json_copy(f->j);
        json_object_set_new(copy, "_state", json_integer(f->state));
        return copy;
    case 'c':
        return c == NULL ? NULL : get_channel(c);
    case 'h':
        return user == EMU_NOBODY ? NULL : json_incref(e->homes[user]);
    case 'v': {
        json_t *list = json_array();
        for (int d = 0; user != EMU_NOBODY && d < e->view_depth[user]; d++)
            json_array_append(list, e->views[user][d]);
        return list;
    }
    default:
        return NULL;
    }
}

void emu_state_keys(struct emu *e, void (*fn)(struct emu *e, const char *key, void *user),
                    void *user)
{
    char key[80];
    for (int i = 0; i < EMU_CHANNELS; i++) {
        struct emu_channel *c = &e->channels[i];
        snprintf(key, sizeof key, "c/%s", c->id);
        fn(e, key, user);
        for (size_t k = 0; k < c->count; k++) {
            snprintf(key, sizeof key, "m/%s/%s", c->id, c->msgs[k]->ts);
            fn(e, key, user);
        }
    }
    for (int u = 0; u < EMU_USERS; u++) {
        snprintf(key, sizeof key, "v/%s", emu_users[u].id);
        fn(e, key, user);
        snprintf(key, sizeof key, "h/%s", emu_users[u].id);
        fn(e, key, user);
    }
    size_t pos = 0;
    const char *id;
    for (void *f; drc_map_next(e->files, &pos, &id, &f);) {
        snprintf(key, sizeof key, "f/%s", id);
        fn(e, key, user);
    }
}

/* ---- beginning and end -------------------------------------------------------------------- */

void emu_state_init(struct emu *e)
{
    emu_identity_init(e);
    e->files = drc_map_new();
}

void emu_state_clear(struct emu *e)
{
    for (int i = 0; i < EMU_CHANNELS; i++) {
        struct emu_channel *c = &e->channels[i];
        drc_map_free(c->by_ts, free_msg);
        c->by_ts = drc_map_new();
        c->count = 0;
        c->bot_member = emu_identity_member(c->id);
        memset(c->last_read, 0, sizeof c->last_read);
    }
    drc_map_free(e->files, free_file);
    e->files = drc_map_new();
    for (int u = 0; u < EMU_USERS; u++) {
        put_views(e, u, NULL);
        json_decref(e->homes[u]);
        e->homes[u] = NULL;
    }
}

void emu_state_free(struct emu *e)
{
    emu_state_clear(e);
    for (int i = 0; i < EMU_CHANNELS; i++) {
        drc_map_free(e->channels[i].by_ts, NULL);
        free(e->channels[i].msgs);
    }
    drc_map_free(e->files, NULL);
}
