/* The window in which a subscription is made or changed. It is opened filled in; a submission is
 * judged on the loop by what needs no network (drc_form_judge), and again, with what does, by a
 * worker (drc_run_form). What cannot be saved comes back as it was typed. */
#include <ctype.h>
#include <string.h>

#include "drc/utf8.h"
#include "subscribe_inner.h"

#define FORM "digest"
#define FORM_SAVED "digest-saved"
#define TYPED_MAX_CHARS 120

enum field {
    DIGEST,
    PLACE,
    CHANNEL,
    DAY,
    TIME,
    ZONE,
    WORKSPACE,
    OWNER,
    TAG,
    MORE,
    NUMBERS,
    FIELDS
};

static const char *const ids[FIELDS] = {"digest",    "place", "channel", "day",  "time",   "zone",
                                        "workspace", "owner", "tag",     "more", "numbers"};

/* What stands in the fields. */
struct form {
    const char *value[FIELDS]; /* "" for nothing */
    const char *about;         /* id of the subscription; "": a new one */
};

/* ---- a subscription as a form, and back --------------------------------------------------- */

static struct form form_of_sub(struct drc_env *env, const struct drc_request *req,
                               const struct drc_sub *sub)
{
    struct drc_arena *a = env->a;
    const struct drc_digest_def *def = drc_digest_find(&env->snap->digests, sub->digest_id);
    const char *space = strrchr(sub->schedule, ' ');
    size_t day = space == NULL ? 0 : (size_t)(space - sub->schedule);
    struct drc_params p = {.days = 0};
    if (def != NULL)
        drc_digest_scope(a, env->snap, def, sub->words, &p, NULL);
    const char *more =
        p.department == NULL ? "" : drc_arena_printf(a, "department:\"%s\"", p.department);
    if (p.contract)
        more = drc_arena_printf(a, "%s%sprice:contract", more, *more == '\0' ? "" : " ");
    bool dm = *sub->channel == '\0';
    return (struct form){
        .value = {sub->digest_id, dm ? "dm" : "channel",
                  !dm                                  ? sub->channel
                  : req->is_dm || req->channel == NULL ? ""
                                                       : req->channel,
                  drc_arena_strndup(a, sub->schedule, day), space == NULL ? "" : space + 1,
                  sub->zone, p.workspace == NULL ? "" : p.workspace, p.owner == NULL ? "" : p.owner,
                  p.tag_key == NULL ? "" : drc_arena_printf(a, "%s=%s", p.tag_key, p.tag_value),
                  more, drc_fmt_style_name(drc_sub_numbers(sub))},
        .about = sub->sub_id == NULL ? "" : sub->sub_id};
}

static const char *trimmed(struct drc_arena *a, const char *s)
{
    const char *clean = drc_utf8_clean(a, s, strlen(s), 2 * TYPED_MAX_CHARS, false);
    clean += strspn(clean, " ");
    size_t n = strlen(clean);
    while (n > 0 && clean[n - 1] == ' ')
        n--;
    return drc_arena_strndup(a, clean, n);
}

/* "tag:team=x" in the field of the tag: as it is typed behind a report. */
static const char *without_name(const char *typed, enum field i)
{
    size_t n = strlen(ids[i]);
    bool named = i >= WORKSPACE && i <= TAG && strncmp(typed, ids[i], n) == 0 && typed[n] == ':';
    return named ? typed + n + 1 : typed;
}

static struct form form_of_request(struct drc_arena *a, const struct drc_request *req)
{
    struct form f = {.about = req->private_metadata == NULL ? "" : req->private_metadata};
    for (enum field i = DIGEST; i < FIELDS; i++) {
        f.value[i] = "";
        for (size_t k = 0; k < req->field_count; k++)
            if (strcmp(req->fields[k].id, ids[i]) == 0)
                f.value[i] = without_name(trimmed(a, req->fields[k].value), i);
    }
    return f;
}

/* One filter as a word of a report: quotation marks cannot be in a name there. */
static const char *filter(struct drc_arena *a, const char *name, const char *value)
{
    if (*value == '\0')
        return "";
    char *bare = drc_arena_strdup(a, value);
    size_t n = 0;
    for (const char *p = value; *p != '\0'; p++)
        if (*p != '"')
            bare[n++] = *p;
    bare[n] = '\0';
    const char *mark = strchr(bare, ' ') == NULL ? "" : "\"";
    return drc_arena_printf(a, "%s:%s%s%s", name, mark, bare, mark);
}

static const char *filter_of(struct drc_arena *a, const struct form *f, enum field i)
{
    return i == MORE ? f->value[MORE] : filter(a, ids[i], f->value[i]);
}

/* Everything but whose it is. */
static void take_form(struct drc_arena *a, const struct form *f, struct drc_sub *sub)
{
    const char *words = "";
    for (enum field i = WORKSPACE; i <= MORE; i++) {
        const char *word = filter_of(a, f, i);
        if (*word != '\0')
            words = drc_arena_printf(a, "%s%s%s", words, *words == '\0' ? "" : " ", word);
    }
    sub->digest_id = f->value[DIGEST];
    sub->channel = strcmp(f->value[PLACE], "dm") == 0 ? "" : f->value[CHANNEL];
    sub->schedule = drc_arena_printf(a, "%s %s", f->value[DAY], f->value[TIME]);
    sub->zone = f->value[ZONE];
    sub->words = words;
    sub->numbers = f->value[NUMBERS];
}

/* ---- the window --------------------------------------------------------------------------- */

static void add_field(struct drc_arena *a, struct drc_message *m, const struct form *f,
                      enum field i, struct drc_form_input input)
{
    struct drc_block *b = drc_message_add(a, m, DRC_BLOCK_INPUT, ids[i]);
    input.value = f->value[i];
    if (input.kind == DRC_INPUT_TEXT)
        input.max_chars = TYPED_MAX_CHARS;
    b->input = input;
}

static void add_digests(struct drc_arena *a, struct drc_message *m, const struct drc_snapshot *s,
                        const struct form *f)
{
    size_t n = s->digests.count < 100 ? s->digests.count : 100;
    struct drc_option *o = drc_arena_array(a, n + 1, sizeof *o);
    for (size_t i = 0; i < n; i++)
        o[i] = (struct drc_option){.label = drc_arena_printf(a, "%s (%s)", s->digests.defs[i].title,
                                                             s->digests.defs[i].id),
                                   .value = s->digests.defs[i].id};
    add_field(a, m, f, DIGEST,
              (struct drc_form_input){
                  .kind = DRC_INPUT_MENU, .label = "Digest", .options = o, .option_count = n});
}

/* Every day, the days of the week, the days of the month: what stands before the time. */
static void add_days(struct drc_arena *a, struct drc_message *m, const struct form *f)
{
    static const char *const names[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
    static const char *const spoken[] = {"Mondays", "Tuesdays",  "Wednesdays", "Thursdays",
                                         "Fridays", "Saturdays", "Sundays"};
    struct drc_option *o = drc_arena_array(a, 1 + 7 + 31, sizeof *o);
    size_t n = 0;
    o[n++] = (struct drc_option){.label = "Every day", .value = "daily", .group = "Daily"};
    for (int i = 0; i < 7; i++)
        o[n++] = (struct drc_option){.label = spoken[i],
                                     .value = drc_arena_printf(a, "weekly %s", names[i]),
                                     .group = "Weekly"};
    for (int i = 1; i <= 30; i++)
        o[n++] = (struct drc_option){.label = drc_arena_printf(a, "Day %d of the month", i),
                                     .value = drc_arena_printf(a, "monthly %d", i),
                                     .group = "Monthly"};
    o[n++] = (struct drc_option){
        .label = "Last day of the month", .value = "monthly last", .group = "Monthly"};
    add_field(a, m, f, DAY,
              (struct drc_form_input){.kind = DRC_INPUT_MENU,
                                      .label = "Day",
                                      .hint =
                                          "It speaks of the days since the one before: yesterday, "
                                          "seven days, the last whole month.",
                                      .options = o,
                                      .option_count = n});
}

static void add_place(struct drc_arena *a, struct drc_message *m, const struct form *f)
{
    static const struct drc_option places[] = {
        {.label = "To a channel", .value = "channel"},
        {.label = "To direct messages, for its owner alone", .value = "dm"}};
    add_field(a, m, f, PLACE,
              (struct drc_form_input){.kind = DRC_INPUT_CHOICE,
                                      .label = "Where it is sent",
                                      .options = places,
                                      .option_count = sizeof places / sizeof *places});
    add_field(a, m, f, CHANNEL,
              (struct drc_form_input){.kind = DRC_INPUT_CHANNEL,
                                      .label = "Channel",
                                      .hint = "For the first choice. You and drc have to be in it.",
                                      .placeholder = "Choose a channel",
                                      .optional = true});
}

static void add_scope(struct drc_arena *a, struct drc_message *m, const struct form *f)
{
    static const struct {
        enum field field;
        const char *label, *placeholder;
    } texts[] = {{WORKSPACE, "Only this workspace", "all workspaces"},
                 {OWNER, "Only this owner", "all owners"},
                 {TAG, "Only with this tag", "team=finance"},
                 {MORE, "Other filters", "department:name price:contract"}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        add_field(a, m, f, texts[i].field,
                  (struct drc_form_input){.kind = DRC_INPUT_TEXT,
                                          .label = texts[i].label,
                                          .placeholder = texts[i].placeholder,
                                          .optional = true});
}

static void add_numbers(struct drc_arena *a, struct drc_message *m, const struct form *f)
{
    struct drc_option *o = drc_arena_array(a, DRC_FMT_STYLES, sizeof *o);
    for (int i = 0; i < DRC_FMT_STYLES; i++)
        o[i] = (struct drc_option){.label = drc_fmt_style_sample((enum drc_fmt_style)i),
                                   .value = drc_fmt_style_name((enum drc_fmt_style)i)};
    add_field(a, m, f, NUMBERS,
              (struct drc_form_input){.kind = DRC_INPUT_MENU,
                                      .label = "Numbers are written",
                                      .options = o,
                                      .option_count = DRC_FMT_STYLES});
}

/* `wrong`: why it could not be saved, above the fields; NULL. */
static struct drc_message *form_message(struct drc_arena *a, const struct drc_snapshot *s,
                                        const struct form *f, const char *wrong)
{
    struct drc_message *m = drc_message_new(a, "Subscription to a digest");
    if (wrong != NULL) {
        struct drc_block *b = drc_message_add(a, m, DRC_BLOCK_TEXT, "wrong");
        drc_text_add(a, &b->text, DRC_SPAN_BOLD, "Not saved. ");
        drc_text_add(a, &b->text, DRC_SPAN_PLAIN, wrong);
    }
    add_digests(a, m, s, f);
    add_place(a, m, f);
    add_days(a, m, f);
    add_field(a, m, f, TIME, (struct drc_form_input){.kind = DRC_INPUT_TIME, .label = "Time"});
    add_field(a, m, f, ZONE,
              (struct drc_form_input){.kind = DRC_INPUT_TEXT,
                                      .label = "Time zone",
                                      .hint =
                                          "An IANA name, such as Europe/Berlin. The time is of the "
                                          "clock there, in summer and in winter.",
                                      .placeholder = "Europe/Berlin"});
    add_scope(a, m, f);
    add_numbers(a, m, f);
    return m;
}

static struct drc_to form_window(const struct form *f)
{
    bool fresh = *f->about == '\0';
    return (struct drc_to){.where = DRC_TO_MODAL,
                           .title = fresh ? "Subscribe to a digest" : "Change a subscription",
                           .submit = fresh ? "Subscribe" : "Save",
                           .form = FORM,
                           .about = f->about};
}

int sub_form_open(struct drc_env *env, const struct drc_request *req, const struct drc_sub *sub,
                  struct drc_err *err)
{
    struct form f = form_of_sub(env, req, sub);
    struct drc_to to = form_window(&f);
    struct drc_posted out;
    return env->poster->post(env->poster, env->a, req, &to,
                             form_message(env->a, env->snap, &f, NULL), &out, err);
}

/* ---- judging ------------------------------------------------------------------------------ */

/* As it stands at a field: no marks of code there. */
static const char *at_field(struct drc_arena *a, const char *msg)
{
    char *s = drc_arena_strdup(a, msg);
    size_t n = 0;
    for (const char *p = msg; *p != '\0'; p++)
        if (*p != '`')
            s[n++] = *p;
    s[n] = '\0';
    s[0] = (char)toupper((unsigned char)s[0]);
    return n > 0 && strchr(".?!", s[n - 1]) == NULL ? drc_arena_printf(a, "%s.", s) : s;
}

/* A sentence for each field that is wrong by itself; the count. */
static size_t judge_fields(struct drc_arena *a, const struct drc_snapshot *s, int64_t now_ms,
                           const struct form *f, struct drc_sub *sub, const char *wrong[FIELDS])
{
    static const struct {
        enum sub_part part;
        enum field field;
    } at[] = {{SUB_DIGEST, DIGEST}, {SUB_SCHEDULE, TIME}, {SUB_ZONE, ZONE}, {SUB_NUMBERS, NUMBERS}};
    const char *parts[SUB_PARTS];
    struct drc_params scope;
    size_t count = 0;
    const struct drc_digest_def *def = drc_digest_find(&s->digests, f->value[DIGEST]);
    sub_judge(a, s, now_ms, sub, parts);
    memset(wrong, 0, FIELDS * sizeof *wrong);
    for (size_t i = 0; i < sizeof at / sizeof *at; i++)
        wrong[at[i].field] = parts[at[i].part];
    if (strcmp(f->value[PLACE], "dm") != 0 && *f->value[CHANNEL] == '\0')
        wrong[CHANNEL] = "choose a channel, or direct messages";
    for (enum field i = WORKSPACE; def != NULL && parts[SUB_WORDS] != NULL && i <= MORE; i++) {
        struct drc_err err = DRC_ERR_INIT;
        if (drc_digest_scope(a, s, def, filter_of(a, f, i), &scope, &err) < 0)
            wrong[i] = i == TAG ? "write a tag as key=value, such as team=finance"
                                : drc_arena_strdup(a, err.msg);
        else
            wrong[i] = drc_scope_unknown_filter(a, &s->scope, &scope);
        count += wrong[i] != NULL;
    }
    if (parts[SUB_WORDS] != NULL && count == 0) /* each for itself is right */
        wrong[MORE] = parts[SUB_WORDS];
    count = 0;
    for (int i = 0; i < FIELDS; i++)
        count += wrong[i] != NULL;
    return count;
}

void drc_form_judge(struct drc_arena *a, const struct drc_snapshot *s, int64_t now_ms,
                    const struct drc_request *req, struct drc_form_answer *out)
{
    const char *wrong[FIELDS];
    struct drc_sub sub = {.sub_id = NULL};
    memset(out, 0, sizeof *out);
    if (req->callback_id == NULL || strcmp(req->callback_id, FORM) != 0)
        return;
    struct form f = form_of_request(a, req);
    take_form(a, &f, &sub);
    size_t n = judge_fields(a, s, now_ms, &f, &sub, wrong);
    if (n == 0) {
        out->meanwhile = drc_message_new(a, "Saving the subscription");
        struct drc_block *b = drc_message_add(a, out->meanwhile, DRC_BLOCK_TEXT, "meanwhile");
        drc_text_add(a, &b->text, DRC_SPAN_PLAIN, "Saving. It will say here how that went.");
        out->window = (struct drc_to){.where = DRC_TO_MODAL, .title = form_window(&f).title};
        return;
    }
    struct drc_field *errors = drc_arena_array(a, n, sizeof *errors);
    for (int i = 0; i < FIELDS; i++)
        if (wrong[i] != NULL)
            errors[out->error_count++] = (struct drc_field){ids[i], at_field(a, wrong[i])};
    out->errors = errors;
}

/* ---- saving ------------------------------------------------------------------------------- */

/* In the window where it is still open, else as a message to the person. */
static int say(struct drc_env *env, const struct drc_request *req, struct drc_to *to,
               struct drc_message *m, const struct drc_text *alone, struct drc_err *err)
{
    struct drc_err own = DRC_ERR_INIT;
    struct drc_posted out;
    to->view_id = req->view_id;
    if (env->poster->post(env->poster, env->a, req, to, m, &out, &own) == 0)
        return 0;
    struct drc_to dm = {.where = DRC_TO_DM};
    struct drc_message *note = drc_message_new(env->a, "Your subscription to a digest");
    drc_text_join(&drc_message_add(env->a, note, DRC_BLOCK_TEXT, "note")->text, alone);
    return drc_deliver(env, req, "form", &dm, note, &out, err);
}

static int say_wrong(struct drc_env *env, const struct drc_request *req, const struct form *f,
                     const struct drc_err *why, struct drc_err *err)
{
    const char *sentence = drc_trouble_sentence(env->a, req, why);
    struct drc_to to = form_window(f);
    struct drc_text alone = {NULL, NULL};
    drc_text_printf(env->a, &alone, DRC_SPAN_PLAIN, "Your subscription was not saved. %s",
                    sentence);
    return say(env, req, &to, form_message(env->a, env->snap, f, sentence), &alone, err);
}

static int say_saved(struct drc_env *env, const struct drc_request *req, const struct drc_sub *sub,
                     bool fresh, struct drc_err *err)
{
    struct drc_message *m = drc_message_new(env->a, "The subscription is saved");
    struct drc_block *b = drc_message_add(env->a, m, DRC_BLOCK_TEXT, "saved");
    struct drc_text *t = &b->text, alone = {NULL, NULL};
    drc_text_printf(env->a, t, DRC_SPAN_BOLD, fresh ? "Subscribed: " : "Changed: ");
    sub_describe(env->a, sub, NULL, t);
    if (strcmp(sub->status, "active") == 0)
        drc_text_printf(env->a, t, DRC_SPAN_PLAIN, ". The next one comes on %s (%s).",
                        sub_local(env->a, sub->zone, sub->next_ms), sub->zone);
    else
        drc_text_add(env->a, t, DRC_SPAN_PLAIN, ". It is paused: resume it to have it sent.");
    alone = b->text;
    struct drc_button *preview = drc_arena_alloc(env->a, sizeof *preview);
    *preview = (struct drc_button){
        .label = "Preview in my direct messages", .action_id = "sub:preview", .value = sub->sub_id};
    struct drc_block *row = drc_message_add(env->a, m, DRC_BLOCK_BUTTONS, "do-saved");
    row->buttons = preview;
    row->button_count = 1;
    struct drc_block *id = drc_message_add(env->a, m, DRC_BLOCK_CONTEXT, "id");
    drc_text_printf(env->a, &id->text, DRC_SPAN_PLAIN, "Its id is %s. `%sdigest list` shows it.",
                    sub->sub_id, env->poster->sigil);
    struct drc_to to = {
        .where = DRC_TO_MODAL, .title = fresh ? "Subscribed" : "Changed", .form = FORM_SAVED};
    return say(env, req, &to, m, &alone, err);
}

/* Finds what the form is about and takes its fields; the owner stays who it is. */
static int read_form(struct drc_env *env, const struct drc_request *req, const struct form *f,
                     struct drc_sub *sub, struct drc_err *err)
{
    const char *wrong[FIELDS];
    if (*f->about == '\0')
        *sub = (struct drc_sub){.owner = req->user,
                                .request_key = req->key,
                                .status = "active",
                                .why = "",
                                .created_ms = env->now_ms};
    else if (sub_find(env, req, f->about, sub, err) < 0)
        return -1;
    bool was_dm = *f->about != '\0' && *sub->channel == '\0';
    take_form(env->a, f, sub);
    judge_fields(env->a, env->snap, env->now_ms, f, sub, wrong);
    for (int i = 0; i < FIELDS; i++)
        if (wrong[i] != NULL)
            return drc_err_set(err, DRC_ERR_INPUT, "%s", wrong[i]);
    if (*sub->channel == '\0' && !was_dm && !sub_is_mine(req, sub))
        return drc_err_set(err, DRC_ERR_INPUT,
                           "only its owner can have it sent to their direct messages");
    return 0;
}

int drc_run_form(struct drc_env *env, const struct drc_request *req, struct drc_err *err)
{
    struct drc_sub sub;
    struct drc_err own = DRC_ERR_INIT;
    if (req->callback_id == NULL || strcmp(req->callback_id, FORM) != 0)
        return 0; /* of an older version: Slack has closed it */
    struct form f = form_of_request(env->a, req);
    bool fresh = *f.about == '\0';
    int rc = read_form(env, req, &f, &sub, &own);
    if (rc == 0)
        rc = sub_check_place(env, req, sub.channel, &own);
    if (rc == 0)
        rc = fresh ? drc_sub_put(env->state, env->a, &sub, &own)
                   : drc_sub_edit(env->state, &sub, &own);
    if (rc < 0)
        return say_wrong(env, req, &f, &own, err);
    drc_refresh_home(env, sub.owner);
    return say_saved(env, req, &sub, fresh, err);
}
