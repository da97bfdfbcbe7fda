/* From what a person did to the code that answers it. */
#include <ctype.h>
#include <string.h>

#include "drc/ask.h"
#include "drc/digest_run.h"
#include "drc/limits.h"
#include "drc/run.h"
#include "drc/utf8.h"

static const char *const verbs[] = {"help", "reports", "report", "usage", "digest"};

enum drc_request_class drc_run_class(const struct drc_request *req)
{
    switch (req->kind) {
    case DRC_REQ_COMMAND:
        return drc_digest_is_quick(req) ? DRC_CLASS_QUICK : DRC_CLASS_REPORT;
    case DRC_REQ_HOME:
        return DRC_CLASS_REPORT;
    case DRC_REQ_ACTION:
        if (drc_digest_is_quick(req))
            return DRC_CLASS_QUICK;
        /* A modal must open within the life of its trigger. */
        return strncmp(req->action_id, "tool:", 5) == 0 &&
                       strcmp(req->action_id, "tool:csv") != 0 &&
                       strcmp(req->action_id, "tool:replay") != 0 &&
                       strcmp(req->action_id, "tool:delete") != 0
                   ? DRC_CLASS_QUICK
                   : DRC_CLASS_REPORT;
    case DRC_REQ_SUBMIT:
    case DRC_REQ_IGNORE:
        break;
    }
    return DRC_CLASS_QUICK;
}

/* Splits the first word off; the rest starts at its first letter. */
static const char *first_word(struct drc_arena *a, const char *text, const char **rest)
{
    text += strspn(text, " \t\r\n");
    size_t n = strcspn(text, " \t\r\n");
    const char *word = drc_arena_strndup(a, text, n);
    *rest = text + n + strspn(text + n, " \t\r\n");
    return word;
}

static bool is_verb(const struct drc_snapshot *s, const char *word)
{
    if (drc_snapshot_finder(s, word, strlen(word)) != NULL)
        return true;
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (strcmp(verbs[i], word) == 0)
            return true;
    return false;
}

static int unknown_command(struct drc_env *env, const struct drc_request *req, const char *word,
                           struct drc_err *err)
{
    const char *best = NULL;
    int distance = 3;
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        int d = drc_utf8_distance(word, verbs[i]);
        if (d < distance) {
            distance = d;
            best = verbs[i];
        }
    }
    for (size_t i = 0; i < env->snap->finder_count; i++) {
        int d = drc_utf8_distance(word, env->snap->finders[i].kind);
        if (d < distance) {
            distance = d;
            best = env->snap->finders[i].kind;
        }
    }
    const char *sigil = env->poster->sigil;
    (void)req;
    if (best != NULL)
        return drc_err_set(err, DRC_ERR_INPUT, "I do not know '%.60s'. Did you mean `%s%s`?", word,
                           sigil, best);
    const char *report = drc_snapshot_nearest(env->snap, word);
    if (report != NULL)
        return drc_err_set(err, DRC_ERR_INPUT, "I do not know '%.60s'. Did you mean `%sreport %s`?",
                           word, sigil, report);
    return drc_err_set(err, DRC_ERR_INPUT, "I do not know '%.60s'. `%shelp` lists what I can do",
                       word, sigil);
}

static int run_command(struct drc_env *env, const struct drc_request *req, struct drc_outcome *out,
                       struct drc_err *err)
{
    const char *rest, *text = req->text == NULL ? "" : req->text;
    if (strlen(text) > DRC_COMMAND_TEXT_MAX_BYTES)
        return drc_err_set(err, DRC_ERR_INPUT,
                           "that text is longer than %u bytes; a command is a few words",
                           DRC_COMMAND_TEXT_MAX_BYTES);
    text = drc_utf8_clean(env->a, text, strlen(text), DRC_COMMAND_TEXT_MAX_BYTES, false);
    const char *word = first_word(env->a, text, &rest);
    if (*word == '\0' || strcmp(word, "help") == 0)
        return drc_whisper(env, req, drc_compose_help(env->a, env->snap), err);
    if (strcmp(word, "reports") == 0)
        return drc_whisper(env, req, drc_compose_reports(env->a, env->snap, rest), err);
    if (strcmp(word, "usage") == 0)
        return drc_run_usage(env, req, err);
    if (strcmp(word, "digest") == 0)
        return drc_run_digest(env, req, rest, err);
    if (strcmp(word, "report") == 0)
        return drc_run_report(env, req, rest, err);
    const char *id, *kind = drc_url_entity(env->a, text, &id);
    if (kind != NULL)
        return drc_run_entity(env, req, kind, id, err);
    bool asks = !req->is_slash && strchr(text, '?') != NULL; /* "warehouse up all night, why?" */
    if (!asks && drc_snapshot_finder(env->snap, word, strlen(word)) != NULL) {
        kind = drc_url_entity(env->a, rest, &id);
        return kind != NULL ? drc_run_entity(env, req, kind, id, err)
                            : drc_run_entity(env, req, word, rest, err);
    }
    /* Words that are no command are a question where they can be one: in a thread, or in a direct
     * message. */
    if (!req->is_slash && (asks || !is_verb(env->snap, word)) &&
        (req->thread_ts != NULL || req->is_dm))
        return drc_run_question(env, req, out, err);
    return unknown_command(env, req, word, err);
}

static int run_action(struct drc_env *env, const struct drc_request *req, struct drc_outcome *out,
                      struct drc_err *err)
{
    const char *id = req->action_id == NULL ? "" : req->action_id;
    if (strncmp(id, "chip:", 5) == 0)
        return drc_run_chip(env, req, req->value, id + 5, out, err);
    if (strcmp(id, "more:chips") == 0) { /* value: "<run> <entity> <chip id>" */
        const char *space = req->value == NULL ? NULL : strrchr(req->value, ' ');
        if (space == NULL)
            return drc_err_set(err, DRC_ERR_INPUT, "that menu entry is not one of mine");
        return drc_run_chip(env, req,
                            drc_arena_strndup(env->a, req->value, (size_t)(space - req->value)),
                            space + 1, out, err);
    }
    if (strcmp(id, "pick:entity") == 0)
        return drc_run_pick(env, req, err);
    if (strncmp(id, "tool:", 5) == 0)
        return drc_run_tool(env, req, err);
    if (strncmp(id, "sub:", 4) == 0)
        return drc_run_sub_button(env, req, err);
    if (strncmp(id, "digest:", 7) == 0)
        return drc_run_digest_item(env, req, err);
    if (strncmp(id, "start:", 6) == 0)
        return drc_run_report(env, req, id + 6, err);
    if (strncmp(id, "link:", 5) == 0)
        return 0; /* a link button: the client has opened it */
    return drc_err_set(err, DRC_ERR_INPUT,
                       "I do not know the button '%.60s'; it may be from an older version", id);
}

int drc_run(struct drc_env *env, const struct drc_request *req, struct drc_outcome *out,
            struct drc_err *err)
{
    *out = (struct drc_outcome){false, DRC_CLASS_QUICK, 0};
    switch (req->kind) {
    case DRC_REQ_COMMAND:
        return run_command(env, req, out, err);
    case DRC_REQ_ACTION:
        return run_action(env, req, out, err);
    case DRC_REQ_HOME:
        return drc_run_home(env, req, NULL, err);
    case DRC_REQ_SUBMIT:
        return drc_run_form(env, req, err);
    case DRC_REQ_IGNORE:
        break;
    }
    return 0;
}

static bool ends_sentence(const char *msg)
{
    size_t n = strlen(msg);
    return n > 0 && strchr(".?!", msg[n - 1]) != NULL;
}

char *drc_trouble_sentence(struct drc_arena *a, const struct drc_request *req,
                           const struct drc_err *why)
{
    (void)req;
    switch (why->code) {
    case DRC_ERR_INPUT:
    case DRC_ERR_NOTFOUND:
        return drc_arena_printf(a, "%c%s%s", toupper((unsigned char)why->msg[0]),
                                why->msg + (why->msg[0] != '\0'),
                                ends_sentence(why->msg) ? "" : ".");
    case DRC_ERR_AUTH:
        return drc_arena_printf(a, "That is not allowed: %s.", why->msg);
    case DRC_ERR_RATE:
        return drc_arena_printf(a, "The other side asked me to wait: %s. Try again in a minute.",
                                why->msg);
    case DRC_ERR_TIMEOUT:
        return drc_arena_printf(
            a, "It took too long and was stopped: %s. A smaller window may help.", why->msg);
    case DRC_ERR_NET:
        return drc_arena_printf(
            a, "A connection failed: %s. Try again; if it stays, tell your operator the id.",
            why->msg);
    case DRC_ERR_CONFIG:
    case DRC_ERR_DB:
        return drc_arena_printf(a, "I cannot do that until my operator has mended this: %s.",
                                why->msg);
    case DRC_ERR_LIMIT:
    case DRC_ERR_PARSE:
    case DRC_ERR_BUG:
    case DRC_OK:
        break;
    }
    return drc_arena_printf(a, "Something went wrong: %s. Tell your operator the id.", why->msg);
}
