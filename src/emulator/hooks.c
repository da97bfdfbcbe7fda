/* What an interaction hands to the bot: trigger ids (3 s, one use) and response URLs (5 uses in 30
 * minutes). Both live in rings indexed by their sequence number. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drc/clock.h"
#include "drc/digest.h"
#include "drc/jsonx.h"
#include "emulator/emulator.h"

#define HOOK_LIFE_US (INT64_C(30) * 60 * 1000000)
#define HOOK_USES 5

const char *emu_new_trigger(struct emu *e, int user)
{
    uint64_t seq = emu_next(e);
    struct emu_trigger *t = &e->triggers[seq % EMU_SLOTS];
    char secret[33];
    drc_random_hex(16, secret);
    *t = (struct emu_trigger){
        .seq = seq, .user = user, .expires_us = emu_now_us(e) + EMU_TRIGGER_MS * 1000};
    snprintf(t->id, sizeof t->id, "%llu.%llu.%s", (unsigned long long)seq,
             (unsigned long long)(seq % 997 + 7000), secret);
    return t->id;
}

const char *emu_use_trigger(struct emu *e, const char *id, int *user)
{
    uint64_t seq = strtoull(id, NULL, 10);
    struct emu_trigger *t = &e->triggers[seq % EMU_SLOTS];
    if (id[0] == '\0' || strcmp(t->id, id) != 0)
        return "invalid_trigger_id";
    if (t->used)
        return "exchanged_trigger_id";
    if (emu_now_us(e) > t->expires_us || emu_fault(e, "expired_trigger", NULL) != NULL)
        return "expired_trigger_id";
    t->used = true;
    *user = t->user;
    return NULL;
}

void emu_hook_url(struct emu *e, const struct emu_hook *proto, char *out, size_t size)
{
    uint64_t seq = emu_next(e);
    struct emu_hook *h = &e->hooks[seq % EMU_SLOTS];
    *h = *proto;
    h->seq = seq;
    h->uses = 0;
    h->expires_us = emu_now_us(e) + HOOK_LIFE_US;
    drc_random_hex(16, h->secret);
    snprintf(out, size, "http://%s/%s/%s/%llu/%s", e->host, h->command ? "commands" : "actions",
             EMU_TEAM, (unsigned long long)seq, h->secret);
}

/* "/commands/<team>/<seq>/<secret>": NULL = none of ours. */
static struct emu_hook *find(struct emu *e, const char *path)
{
    unsigned long long seq = 0;
    char kind[9], team[16], secret[33];
    if (sscanf(path, "/%8[a-z]/%15[A-Z0-9]/%20llu/%32[0-9a-f]", kind, team, &seq, secret) != 4)
        return NULL;
    struct emu_hook *h = &e->hooks[seq % EMU_SLOTS];
    return h->seq == seq && seq != 0 && strcmp(h->secret, secret) == 0 &&
                   strcmp(team, EMU_TEAM) == 0
               ? h
               : NULL;
}

/* replace_original and delete_original: also the only way to change an ephemeral message. */
static json_t *change_original(struct emu *e, const struct emu_hook *h, const json_t *args,
                               bool delete)
{
    struct emu_channel *c = emu_channel(e, h->channel);
    struct emu_msg *m = c == NULL ? NULL : emu_msg(c, h->ts);
    if (m == NULL)
        return emu_error("message_not_found");
    if (delete) {
        emu_msg_delete(e, m);
        return NULL;
    }
    json_t *error = emu_fill_message(e, m->j, args, false);
    if (error == NULL) {
        char ts[24];
        emu_new_ts(e, ts);
        if (json_object_get(args, "blocks") == NULL)
            json_object_del(m->j, "blocks"); /* here the answer replaces the whole message */
        json_object_set_new(m->j, "edited",
                            json_pack("{s:s, s:s}", "user", EMU_BOT_USER, "ts", ts));
        emu_msg_changed(e, m);
    }
    return error;
}

static json_t *answer(struct emu *e, struct emu_hook *h, const json_t *args)
{
    bool delete = emu_arg_bool(args, "delete_original", false);
    bool replace = emu_arg_bool(args, "replace_original", false);
    if ((delete || replace) && h->ts[0] != '\0')
        return change_original(e, h, args, delete);
    const char *thread_ts = emu_arg(args, "thread_ts");
    bool in_channel = strcmp(emu_arg(args, "response_type"), "in_channel") == 0;
    return emu_post_answer(e, args, emu_channel(e, h->channel), h->user, thread_ts, in_channel);
}

void emu_hook_request(struct emu *e, struct drc_http_peer *p, const struct drc_http_in *in)
{
    struct emu_hook *h = find(e, in->path);
    emu_wire(e, "in", "http", "response_url", 0, -1, in->body, in->body_bytes);
    if (strcmp(in->method, "POST") != 0 || h == NULL) {
        emu_wire(e, "out", "http", "response_url", 404, -1, "expired_url", 11);
        emu_reply_json(p, 404, emu_error("expired_url"));
        return;
    }
    json_t *error = NULL;
    const char *bad = NULL;
    json_t *args = emu_args(in, &bad);
    if (emu_now_us(e) > h->expires_us || emu_fault(e, "response_url_gone", NULL) != NULL)
        error = emu_error("expired_url");
    else if (h->uses >= HOOK_USES)
        error = emu_error("used_url");
    else if (bad != NULL)
        error = emu_error("invalid_payload");
    else if ((error = answer(e, h, args)) == NULL)
        h->uses++;
    json_decref(args);
    emu_wire(e, "out", "http", "response_url", error == NULL ? 200 : 404, -1, "", 0);
    if (error != NULL)
        emu_reply_json(p, 404, error);
    else
        drc_http_reply(p, 200, "text/html", NULL, "ok", 2);
}
