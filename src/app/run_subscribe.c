/* `/drc digest ...` and the buttons of subscriptions; what people decide about a digest's items. */
#include <stdlib.h>
#include <string.h>

#include "drc/zoneinfo.h"
#include "subscribe_inner.h"

static const char how[] =
    "`digest subscribe` opens a form; with words it does without: `digest subscribe monday 9:00 "
    "Europe/Berlin`, `daily 08:00`, `monthly 1 08:00`, `dm` for you alone, filters `workspace:x`, "
    "`owner:y`, `tag:k=v`, and `numbers:de` for 1.234,5. `digest list`, `digest preview`, and with "
    "an id from the list: `now`, `pause`, `resume`, `edit`, `history`, `unsubscribe`";

/* ---- words of subscribe and edit ---------------------------------------------------------- */

static const char *take_word(struct drc_arena *a, const char **text)
{
    const char *p = *text + strspn(*text, " \t\n");
    size_t n = strcspn(p, " \t\n");
    *text = p + n;
    return n == 0 ? NULL : drc_arena_strndup(a, p, n);
}

static bool is_every(const char *word)
{
    return strcmp(word, "daily") == 0 || strcmp(word, "weekly") == 0 ||
           strcmp(word, "monthly") == 0;
}

static bool is_weekday(struct drc_arena *a, const char *word)
{
    struct drc_schedule s;
    return drc_schedule_parse(drc_arena_printf(a, "weekly %.20s 00:00", word), &s, NULL) == 0;
}

/* "9:00" and "09:00". */
static bool is_time(const char *word)
{
    size_t h = strspn(word, "0123456789");
    return (h == 1 || h == 2) && word[h] == ':' && strlen(word) == h + 3 &&
           strspn(word + h + 1, "0123456789") == 2;
}

static const char *two_digits(struct drc_arena *a, const char *word)
{
    return word != NULL && is_time(word) && word[1] == ':' ? drc_arena_printf(a, "0%s", word)
                                                           : word;
}

static bool is_zone(const char *word)
{
    return strcmp(word, "UTC") == 0 || (strchr(word, '/') != NULL && strpbrk(word, ":=") == NULL);
}

/* Words of when: "weekly mon 08:00", "monday 9:00", "9:00" alone. false: it is none. */
static bool take_when(struct drc_arena *a, const char *word, const char **text, struct drc_sub *sub)
{
    const char *space = strrchr(sub->schedule, ' ');
    if (is_every(word)) {
        bool daily = strcmp(word, "daily") == 0;
        const char *first = two_digits(a, take_word(a, text)),
                   *second = daily ? "" : two_digits(a, take_word(a, text));
        sub->schedule = drc_arena_printf(a, "%s %s %s", word, first == NULL ? "" : first,
                                         second == NULL ? "" : second);
    } else if (is_weekday(a, word)) {
        const char *rest = *text, *time = take_word(a, &rest);
        if (time != NULL && is_time(time))
            *text = rest;
        else
            time = space == NULL ? "" : space + 1;
        sub->schedule = drc_arena_printf(a, "weekly %s %s", word, two_digits(a, time));
    } else if (is_time(word) && space != NULL) {
        sub->schedule = drc_arena_printf(a, "%.*s %s", (int)(space - sub->schedule), sub->schedule,
                                         two_digits(a, word));
    } else {
        return false;
    }
    return true;
}

/* Takes digest id, schedule, zone, target and numbers out of the words; what is left are filters.
 */
static void take_words(struct drc_env *env, const char *text, struct drc_sub *sub, bool *dm)
{
    struct drc_arena *a = env->a;
    const char *filters = "";
    bool has_filters = false;
    for (const char *word; (word = take_word(a, &text)) != NULL;) {
        if ((!has_filters || is_every(word)) && take_when(a, word, &text, sub))
            continue;
        if (strncmp(word, "zone:", 5) == 0) {
            sub->zone = word + 5;
        } else if (strncmp(word, "numbers:", 8) == 0) {
            sub->numbers = word + 8;
        } else if (strcmp(word, "dm") == 0 || strcmp(word, "here") == 0) {
            *dm = *word == 'd';
        } else if (!has_filters && is_zone(word)) {
            sub->zone = word;
        } else if (!has_filters && drc_digest_find(&env->snap->digests, word) != NULL) {
            sub->digest_id = word;
        } else { /* a filter may hold blanks in quotes: from here on all are filters */
            filters = drc_arena_printf(a, "%s%s%s", filters, has_filters ? " " : "", word);
            has_filters = true;
        }
    }
    if (has_filters)
        sub->words = filters;
}

static bool has_words(const char *text)
{
    return text[strspn(text, " \t\n")] != '\0';
}

static int subscribe(struct drc_env *env, const struct drc_request *req, const char *words,
                     struct drc_err *err)
{
    struct drc_sub sub = sub_new(env, req);
    struct drc_text note = {NULL, NULL};
    if (!has_words(words) && req->trigger_id != NULL)
        return sub_form_open(env, req, &sub, err);
    bool dm = *sub.channel == '\0';
    take_words(env, words, &sub, &dm);
    sub.channel = dm || req->channel == NULL ? "" : req->channel;
    if (sub_check(env, &sub, err) < 0 || sub_check_place(env, req, sub.channel, err) < 0 ||
        drc_sub_put(env->state, env->a, &sub, err) < 0)
        return -1;
    drc_text_add(env->a, &note, DRC_SPAN_BOLD, "Subscribed: ");
    sub_describe(env->a, &sub, req->channel, &note);
    drc_text_printf(env->a, &note, DRC_SPAN_PLAIN,
                    ". The next one comes on %s (%s). Its id is %s; ",
                    sub_local(env->a, sub.zone, sub.next_ms), sub.zone, sub.sub_id);
    drc_text_add(env->a, &note, DRC_SPAN_CODE,
                 drc_arena_printf(env->a, "%sdigest preview %s", env->poster->sigil, sub.sub_id));
    drc_text_add(env->a, &note, DRC_SPAN_PLAIN, " shows it now, to you alone.");
    return sub_done(env, req, &sub, &note, err);
}

/* ---- one subscription --------------------------------------------------------------------- */

static int edit(struct drc_env *env, const struct drc_request *req, struct drc_sub *sub,
                const char *words, struct drc_err *err)
{
    bool was_dm = *sub->channel == '\0', dm = was_dm;
    struct drc_text note = {NULL, NULL};
    if (!has_words(words) && req->trigger_id != NULL)
        return sub_form_open(env, req, sub, err);
    if (!has_words(words))
        return drc_err_set(err, DRC_ERR_INPUT, "say what to change, or type `/drc digest edit %s`",
                           sub->sub_id);
    take_words(env, words, sub, &dm);
    if (dm && !was_dm && !sub_is_mine(req, sub))
        return drc_err_set(err, DRC_ERR_INPUT,
                           "only its owner can have it sent to their direct messages");
    if (dm != was_dm)
        sub->channel = dm || req->is_dm || req->channel == NULL ? "" : req->channel;
    if (sub_check(env, sub, err) < 0 || sub_check_place(env, req, sub->channel, err) < 0 ||
        drc_sub_edit(env->state, sub, err) < 0)
        return -1;
    drc_text_printf(env->a, &note, DRC_SPAN_BOLD, "Changed %s: ", sub->sub_id);
    sub_describe(env->a, sub, req->channel, &note);
    drc_text_printf(env->a, &note, DRC_SPAN_PLAIN, ". The next one comes on %s (%s).",
                    sub_local(env->a, sub->zone, sub->next_ms), sub->zone);
    return sub_done(env, req, sub, &note, err);
}

static int set_status(struct drc_env *env, const struct drc_request *req, struct drc_sub *sub,
                      const char *status, const char *said, struct drc_err *err)
{
    struct drc_text note = {NULL, NULL};
    if (strcmp(status, "active") == 0) { /* slots that passed meanwhile are not sent */
        if (sub_check(env, sub, err) < 0 || sub_check_place(env, req, sub->channel, err) < 0 ||
            drc_sub_edit(env->state, sub, err) < 0)
            return -1;
        said = drc_arena_printf(env->a, "%s; the next one comes on %s (%s)", said,
                                sub_local(env->a, sub->zone, sub->next_ms), sub->zone);
    }
    if (drc_sub_status(env->state, sub->sub_id, status, "", err) < 0)
        return -1;
    drc_text_printf(env->a, &note, DRC_SPAN_PLAIN, "%s: %s.", sub->sub_id, said);
    return sub_done(env, req, sub, &note, err);
}

/* ---- now and preview ---------------------------------------------------------------------- */

/* The window that the next slot would have, or the last whole one that the data holds. */
static int newest_window(struct drc_env *env, const struct drc_sub *sub, struct drc_digest_ask *ask,
                         struct drc_err *err)
{
    struct drc_schedule s;
    struct drc_zone z;
    int64_t newest;
    if (drc_schedule_parse(sub->schedule, &s, err) < 0 ||
        drc_zone_load(env->a, sub->zone, &z, err) < 0 || drc_digest_newest(env, &newest, err) < 0)
        return -1;
    int64_t now_s = env->now_ms / 1000, today = (now_s + drc_zone_offset(&z, now_s)) / 86400;
    if (today > newest + 1)
        today = newest + 1;
    drc_schedule_window(&s, today, &ask->first_day, &ask->last_day);
    return 0;
}

static int send_now(struct drc_env *env, const struct drc_request *req, const struct drc_sub *sub,
                    bool preview, struct drc_err *err)
{
    struct drc_digest *d = drc_arena_alloc(env->a, sizeof *d);
    struct drc_posted root = {NULL, NULL, false};
    struct drc_digest_ask ask = {.def = drc_digest_find(&env->snap->digests, sub->digest_id),
                                 .words = sub->words,
                                 .zone = sub->zone,
                                 .numbers = drc_sub_numbers(sub)};
    if (ask.def == NULL)
        return drc_err_set(err, DRC_ERR_INPUT, "there is no digest '%.60s'", sub->digest_id);
    bool dm = preview || *sub->channel == '\0';
    struct drc_to to = {.where = dm && !req->is_dm ? DRC_TO_DM : DRC_TO_CHANNEL,
                        .channel = dm ? req->channel : sub->channel};
    if (newest_window(env, sub, &ask, err) < 0 || drc_digest_make(env, req, &ask, d, err) < 0)
        return -1;
    d->preview = preview;
    if (drc_digest_post(env, req, &to, d, &root, err) < 0)
        return -1;
    if (req->is_dm)
        return 0;
    struct drc_text note = {NULL, NULL};
    drc_text_add(env->a, &note, DRC_SPAN_PLAIN,
                 dm ? "The digest is in your direct messages with drc" : "The digest is posted");
    const char *link = env->poster->permalink(env->poster, env->a, root.channel, root.ts);
    if (link != NULL) {
        drc_text_add(env->a, &note, DRC_SPAN_PLAIN, ": ");
        drc_text_link(env->a, &note, "open it", link);
    }
    drc_text_add(env->a, &note, DRC_SPAN_PLAIN, ".");
    return sub_done(env, req, sub, &note, err);
}

/* `preview [id | words]`: of a subscription, or of what the words would make. */
static int preview(struct drc_env *env, const struct drc_request *req, const char *words,
                   struct drc_err *err)
{
    bool dm = true;
    const char *rest = words, *id = take_word(env->a, &rest);
    struct drc_sub known, sub = sub_new(env, req);
    if (id != NULL && sub_find(env, req, id, &known, NULL) == 0)
        return send_now(env, req, &known, true, err);
    take_words(env, words, &sub, &dm);
    if (sub_check(env, &sub, err) < 0)
        return -1;
    return send_now(env, req, &sub, true, err);
}

/* ---- commands and buttons ----------------------------------------------------------------- */

/* What is done with one subscription; `words` only of edit. */
static int act(struct drc_env *env, const struct drc_request *req, const char *verb,
               struct drc_sub *sub, const char *words, struct drc_err *err)
{
    if (strcmp(verb, "now") == 0)
        return send_now(env, req, sub, false, err);
    if (strcmp(verb, "edit") == 0)
        return edit(env, req, sub, words, err);
    if (strcmp(verb, "history") == 0)
        return sub_history(env, req, sub, err);
    if (strcmp(verb, "pause") == 0)
        return set_status(env, req, sub, "paused", "paused until you resume it", err);
    if (strcmp(verb, "resume") == 0)
        return set_status(env, req, sub, "active", "goes on", err);
    return set_status(env, req, sub, "ended", "ended, nothing more will come", err);
}

static bool is_act(const char *verb)
{
    static const char *const verbs[] = {"now", "edit", "history", "pause", "resume", "unsubscribe"};
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (strcmp(verbs[i], verb) == 0)
            return true;
    return false;
}

int drc_run_digest(struct drc_env *env, const struct drc_request *req, const char *words,
                   struct drc_err *err)
{
    struct drc_sub sub;
    const char *rest = words, *verb = take_word(env->a, &rest);
    if (verb == NULL || strcmp(verb, "list") == 0)
        return sub_list(env, req, NULL, err);
    if (strcmp(verb, "subscribe") == 0)
        return subscribe(env, req, rest, err);
    if (strcmp(verb, "preview") == 0)
        return preview(env, req, rest, err);
    if (!is_act(verb))
        return drc_err_set(err, DRC_ERR_INPUT, "I do not know 'digest %.40s'. %s", verb, how);
    if (sub_find(env, req, take_word(env->a, &rest), &sub, err) < 0)
        return -1;
    return act(env, req, verb, &sub, rest, err);
}

int drc_run_sub_button(struct drc_env *env, const struct drc_request *req, struct drc_err *err)
{
    struct drc_sub sub;
    const char *verb = req->action_id + strlen("sub:");
    if (strcmp(verb, "new") == 0)
        return subscribe(env, req, "", err);
    if (sub_find(env, req, req->value, &sub, err) < 0)
        return -1;
    if (strcmp(verb, "preview") == 0)
        return send_now(env, req, &sub, true, err);
    if (!is_act(verb))
        return drc_err_set(err, DRC_ERR_INPUT, "that button is not one of mine");
    return act(env, req, verb, &sub, "", err);
}

bool drc_digest_is_quick(const struct drc_request *req)
{
    if (req->kind == DRC_REQ_ACTION)
        return strncmp(req->action_id, "sub:", 4) == 0 && strcmp(req->action_id, "sub:now") != 0 &&
               strcmp(req->action_id, "sub:preview") != 0;
    const char *text = req->text == NULL ? "" : req->text + strspn(req->text, " \t\n");
    size_t n = strcspn(text, " \t\n");
    const char *verb = text + n + strspn(text + n, " \t\n");
    return n == strlen("digest") && strncmp(text, "digest", n) == 0 &&
           strncmp(verb, "now", 3) != 0 && strncmp(verb, "preview", 7) != 0;
}

/* ---- buttons of items --------------------------------------------------------------------- */

int drc_run_digest_item(struct drc_env *env, const struct drc_request *req, struct drc_err *err)
{
    char *end;
    const char *value = req->value == NULL ? "" : req->value, *name = NULL;
    int64_t id = strtoll(value, &end, 10);
    bool take = strcmp(req->action_id, "digest:take") == 0;
    if (id <= 0 || *end != ' ' || end[1] == '\0' || strlen(end) > 20)
        return drc_err_set(err, DRC_ERR_INPUT, "that button is not one of mine");
    int rc =
        drc_sub_mark(env->state, env->a, id, end + 1, req->user, req->key, env->now_ms, &name, err);
    if (rc < 0)
        return -1;
    if (rc == 0)
        return drc_err_set(err, DRC_ERR_NOTFOUND, "that item is no longer stored");
    struct drc_message *m = drc_message_new(
        env->a, drc_arena_printf(env->a, "%s: %s", name, take ? "taken" : "not an issue"));
    struct drc_block *b = drc_message_add(env->a, m, DRC_BLOCK_TEXT, "decided");
    drc_text_add(env->a, &b->text, DRC_SPAN_USER, req->user);
    drc_text_add(env->a, &b->text, DRC_SPAN_PLAIN, take ? " takes " : " calls ");
    drc_text_add(env->a, &b->text, DRC_SPAN_CODE, name);
    if (take)
        drc_text_add(env->a, &b->text, DRC_SPAN_PLAIN, ". The next digest says so.");
    else
        drc_text_printf(env->a, &b->text, DRC_SPAN_PLAIN,
                        " not an issue (%s). The next digest leaves it out and counts it.",
                        end + 1);
    struct drc_to to = {.where = DRC_TO_CHANNEL,
                        .channel = req->channel,
                        .thread_ts = req->thread_ts != NULL ? req->thread_ts : req->message_ts};
    struct drc_posted out;
    return drc_deliver(env, req, "decided", &to, m, &out, err);
}
