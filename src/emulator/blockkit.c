#include "emulator/blockkit.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "drc/jsonx.h"
#include "drc/map.h"
#include "drc/utf8.h"
#include "emulator/blockkit_rules.h"

#define ERRORS_MAX 20
#define DEPTH_MAX 12
#define POINTER_BYTES 512
#define BLOCKS_MESSAGE 50
#define BLOCKS_VIEW 100
#define MARKDOWN_CHARS 12000
#define TABLE_ROWS 100
#define TABLE_CELLS 20
#define FIELD_CHARS 2000

struct judge {
    json_t *errors;
    enum emu_surface surface;
    struct drc_map *block_ids;
    size_t markdown_chars, tables;
    int depth;
};

/* `field` NULL: the last part of the pointer. `constraint` NULL: none that has a number. */
static void complain_about(struct judge *g, const char *pointer, const char *field,
                           const char *code, const char *message, const char *constraint,
                           long expected)
{
    if (json_array_size(g->errors) >= ERRORS_MAX)
        return;
    const char *slash = strrchr(pointer, '/');
    if (field == NULL)
        field = slash == NULL ? pointer : slash + 1;
    json_t *one = json_pack("{s:s, s:o, s:o, s:o}", "code", code, "message", drc_json_text(message),
                            "pointer", drc_json_text(pointer), "field", drc_json_text(field));
    if (constraint != NULL)
        json_object_set_new(
            one, "constraint",
            json_pack("{s:s, s:I}", "type", constraint, "expected", (json_int_t)expected));
    json_array_append_new(g->errors, one);
}

static void complain(struct judge *g, const char *pointer, const char *code, const char *message)
{
    complain_about(g, pointer, NULL, code, message, NULL, 0);
}

static bool has_word(const char *words, const char *word)
{
    size_t n = strlen(word);
    for (const char *p = words; n > 0 && (p = strstr(p, word)) != NULL; p += n)
        if ((p == words || p[-1] == ' ') && (p[n] == '\0' || p[n] == ' '))
            return true;
    return false;
}

static void below(char *out, const char *pointer, const char *member)
{
    snprintf(out, POINTER_BYTES, "%.400s/%.100s", pointer, member);
}

static void below_index(char *out, const char *pointer, size_t i)
{
    snprintf(out, POINTER_BYTES, "%.480s/%zu", pointer, i);
}

static const struct rule view_rules[] = {
    {"title", R_PLAIN, false, 1, 24, NULL},
    {"submit", R_PLAIN, false, 1, 24, NULL},
    {"close", R_PLAIN, false, 1, 24, NULL},
    {"private_metadata", R_STRING, false, 0, 3000, NULL},
    {"callback_id", R_STRING, false, 0, 255, NULL},
    {"external_id", R_STRING, false, 0, 255, NULL},
    {"clear_on_close", R_BOOL, false, 0, 0, NULL},
    {"notify_on_close", R_BOOL, false, 0, 0, NULL},
    {NULL, R_OBJECT, false, 0, 0, NULL},
};
static const struct shape view_shape = {"view", "", 0, NULL, NULL, view_rules};

/* ---- values ------------------------------------------------------------------------------- */

static void check_string(struct judge *g, const json_t *v, long min, long max, const char *pointer)
{
    char message[160];
    if (!json_is_string(v)) {
        complain(g, pointer, "type_mismatch", "must be a string");
        return;
    }
    long n = (long)drc_utf8_count(json_string_value(v));
    if (n > max) {
        snprintf(message, sizeof message, "must be less than %ld characters", max + 1);
        complain_about(g, pointer, NULL, "too_long", message, "max_length", max);
    } else if (n < min) {
        snprintf(message, sizeof message, "must be more than %ld characters", min - 1);
        complain_about(g, pointer, NULL, "too_short", message, "min_length", min);
    }
}

static bool has_rule(const struct rule *rules, const char *name)
{
    for (const struct rule *r = rules; r != NULL && r->name != NULL; r++)
        if (strcmp(r->name, name) == 0)
            return true;
    return false;
}

/* Members that are neither in `rules` (NULL = none) nor among the words. */
static void check_unknown(struct judge *g, const json_t *v, const struct rule *rules,
                          const char *words, const char *pointer)
{
    char message[160];
    const char *key;
    json_t *member;
    json_object_foreach((json_t *)v, key, member)
    {
        if (has_rule(rules, key) || (strchr(key, ' ') == NULL && has_word(words, key)))
            continue;
        snprintf(message, sizeof message, "invalid additional property: %.60s", key);
        complain_about(g, pointer, key, "additional_property", message, NULL, 0);
    }
}

static void check_text(struct judge *g, const json_t *v, bool plain_only, long min, long max,
                       const char *pointer)
{
    char at[POINTER_BYTES];
    const char *type = drc_json_str(v, "type", "");
    if (!json_is_object(v)) {
        complain(g, pointer, "type_mismatch", "must be a text object");
        return;
    }
    bool plain = strcmp(type, "plain_text") == 0;
    if (!plain && (plain_only || strcmp(type, "mrkdwn") != 0)) {
        below(at, pointer, "type");
        complain(g, at, "invalid_type",
                 plain_only ? "must be plain_text" : "must be plain_text or mrkdwn");
        return;
    }
    check_unknown(g, v, NULL, plain ? "type text emoji" : "type text verbatim", pointer);
    below(at, pointer, "text");
    check_string(g, json_object_get(v, "text"), min, max, at);
}

static void check_file(struct judge *g, const json_t *v, const char *pointer)
{
    const char *id = drc_json_str(v, "id", NULL), *url = drc_json_str(v, "url", NULL);
    if ((id == NULL) == (url == NULL)) {
        complain(g, pointer, "invalid_slack_file", "must have exactly one of id and url");
        return;
    }
    size_t n = id == NULL ? 0 : strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");
    if (id != NULL && (*id != 'F' || n < 9 || id[n] != '\0'))
        complain(g, pointer, "invalid_slack_file", "id must match ^[F][A-Z0-9]{8,}$");
    check_unknown(g, v, NULL, "id url", pointer);
}

static void check_int(struct judge *g, const json_t *v, long min, long max, const char *pointer)
{
    if (!json_is_integer(v) || json_integer_value(v) < min || json_integer_value(v) > max)
        complain(g, pointer, "out_of_range", "must be a whole number in its range");
}

/* ---- objects ------------------------------------------------------------------------------ */

static void check_members(struct judge *g, const struct shape *s, const json_t *v,
                          const char *pointer);

static const struct shape *find_shape(const char *name, const char *family)
{
    for (const struct shape *s = blockkit_shapes; s->name != NULL; s++)
        if (strcmp(s->name, name) == 0 && (family == NULL || has_word(s->families, family)))
            return s;
    return NULL;
}

static void check_shape(struct judge *g, const json_t *v, const char *name, const char *pointer)
{
    if (json_is_object(v))
        check_members(g, find_shape(name, NULL), v, pointer);
    else
        complain(g, pointer, "type_mismatch", "must be an object");
}

static void check_typed(struct judge *g, const json_t *v, const char *family, const char *pointer)
{
    char message[200], at[POINTER_BYTES];
    const char *type = drc_json_str(v, "type", NULL);
    if (type == NULL) {
        complain(g, pointer, "missing_type", "must be an object with a type");
        return;
    }
    const struct shape *s = find_shape(type, family);
    if (s != NULL && (s->surfaces == 0 || (s->surfaces & g->surface))) {
        check_members(g, s, v, pointer);
        return;
    }
    snprintf(message, sizeof message, "unsupported type: %.60s", type);
    below(at, pointer, "type");
    complain(g, at, "invalid_type", message);
}

/* How many items; false: it is no array. */
static bool check_count(struct judge *g, const json_t *v, const struct rule *r, const char *pointer)
{
    char message[120];
    long n = (long)json_array_size(v), most = n < r->min ? r->min : r->max;
    if (!json_is_array(v)) {
        complain(g, pointer, "type_mismatch", "must be an array");
        return false;
    }
    if (n < r->min || n > r->max) {
        snprintf(message, sizeof message,
                 n < r->min ? "no fewer than %ld items allowed" : "no more than %ld items allowed",
                 most);
        complain_about(g, pointer, NULL, "item_count", message,
                       n < r->min ? "min_items" : "max_items", most);
    }
    return true;
}

static void check_array(struct judge *g, const json_t *v, const struct rule *r, const char *pointer)
{
    char at[POINTER_BYTES];
    long n = (long)json_array_size(v);
    if (!check_count(g, v, r, pointer))
        return;
    for (long i = 0; i < n && i < r->max; i++) {
        const json_t *item = json_array_get(v, (size_t)i);
        below_index(at, pointer, (size_t)i);
        if (r->kind == R_TEXTS)
            check_text(g, item, false, 1, FIELD_CHARS, at);
        else if (r->kind == R_SHAPES)
            check_shape(g, item, r->arg, at);
        else if (r->kind == R_TYPEDS)
            check_typed(g, item, r->arg, at);
        else
            check_string(g, item, 0, 3000, at);
    }
}

static void check_rows(struct judge *g, const json_t *rows, const char *pointer)
{
    static const struct rule some_rows = {"rows", R_ROWS, true, 1, TABLE_ROWS, NULL},
                             cells = {"row", R_TYPEDS, true, 1, TABLE_CELLS, "cell"};
    char at[POINTER_BYTES];
    check_count(g, rows, &some_rows, pointer);
    for (size_t i = 0; i < json_array_size(rows) && i < TABLE_ROWS; i++) {
        below_index(at, pointer, i);
        check_array(g, json_array_get(rows, i), &cells, at);
    }
}

static void check_value(struct judge *g, const struct rule *r, const json_t *v, const char *pointer)
{
    switch (r->kind) {
    case R_STRING:
        check_string(g, v, r->min, r->max, pointer);
        break;
    case R_BOOL:
        if (!json_is_boolean(v))
            complain(g, pointer, "type_mismatch", "must be a boolean");
        break;
    case R_INT:
        check_int(g, v, r->min, r->max, pointer);
        break;
    case R_ENUM:
        if (!json_is_string(v) || strchr(json_string_value(v), ' ') != NULL ||
            !has_word(r->arg, json_string_value(v)))
            complain(g, pointer, "invalid_value", "must be one of the allowed words");
        break;
    case R_PLAIN:
    case R_TEXT:
        check_text(g, v, r->kind == R_PLAIN, r->min, r->max, pointer);
        break;
    case R_SHAPE:
        check_shape(g, v, r->arg, pointer);
        break;
    case R_TYPED:
        check_typed(g, v, r->arg, pointer);
        break;
    case R_FILE:
        check_file(g, v, pointer);
        break;
    case R_ROWS:
        check_rows(g, v, pointer);
        break;
    case R_OBJECT:
        if (!json_is_object(v))
            complain(g, pointer, "type_mismatch", "must be an object");
        break;
    case R_TEXTS:
    case R_SHAPES:
    case R_TYPEDS:
    case R_STRINGS:
        check_array(g, v, r, pointer);
        break;
    }
}

static int count_present(const json_t *v, const char *words)
{
    int n = 0;
    for (const char *p = words; *p != '\0';) {
        char name[64];
        size_t len = strcspn(p, " ");
        if (len < sizeof name) {
            memcpy(name, p, len);
            name[len] = '\0';
            n += json_object_get(v, name) != NULL;
        }
        p += len + strspn(p + len, " ");
    }
    return n;
}

static bool in_options(const json_t *options, const json_t *one)
{
    for (size_t i = 0; i < json_array_size(options); i++)
        if (json_equal(json_object_get(json_array_get(options, i), "value"),
                       json_object_get(one, "value")))
            return true;
    return false;
}

/* What was chosen beforehand must be among what can be chosen. */
static void check_initial(struct judge *g, const json_t *v, const char *pointer)
{
    char at[POINTER_BYTES];
    const json_t *one = json_object_get(v, "initial_option"),
                 *groups = json_object_get(v, "option_groups");
    if (one == NULL || (json_object_get(v, "options") == NULL && groups == NULL))
        return;
    bool found = in_options(json_object_get(v, "options"), one);
    for (size_t i = 0; i < json_array_size(groups); i++)
        found = found || in_options(json_object_get(json_array_get(groups, i), "options"), one);
    below(at, pointer, "initial_option");
    if (!found)
        complain(g, at, "invalid_value", "must be one of the options");
}

static void check_action_ids(struct judge *g, const json_t *block, const char *pointer)
{
    const json_t *elements = json_object_get(block, "elements");
    char at[POINTER_BYTES];
    for (size_t i = 0; i < json_array_size(elements) && i < 25; i++) {
        const json_t *id = json_object_get(json_array_get(elements, i), "action_id");
        for (size_t k = 0; id != NULL && k < i; k++)
            if (json_equal(id, json_object_get(json_array_get(elements, k), "action_id"))) {
                snprintf(at, sizeof at, "%.400s/elements/%zu/action_id", pointer, i);
                complain(g, at, "duplicate_action_id", "action_id already exists in this block");
                break;
            }
    }
}

static void check_members(struct judge *g, const struct shape *s, const json_t *v,
                          const char *pointer)
{
    char at[POINTER_BYTES], message[160];
    if (++g->depth > DEPTH_MAX) {
        complain(g, pointer, "too_deep", "is nested too deeply");
        g->depth--;
        return;
    }
    for (const struct rule *r = s->rules; r->name != NULL; r++) {
        const json_t *member = json_object_get(v, r->name);
        if (member == NULL || json_is_null(member)) {
            snprintf(message, sizeof message, "missing required field: %s", r->name);
            if (r->required)
                complain_about(g, pointer, r->name, "missing_field", message, NULL, 0);
            continue;
        }
        below(at, pointer, r->name);
        check_value(g, r, member, at);
    }
    if (s != &view_shape) /* a view may come back with what Slack added to it */
        check_unknown(g, v, s->rules, "type", pointer);
    if (s->exactly_one != NULL && count_present(v, s->exactly_one) != 1) {
        snprintf(message, sizeof message, "must have exactly one of: %s", s->exactly_one);
        complain(g, pointer, "exactly_one", message);
    }
    if (s->at_least_one != NULL && count_present(v, s->at_least_one) == 0) {
        snprintf(message, sizeof message, "must have at least one of: %s", s->at_least_one);
        complain(g, pointer, "at_least_one", message);
    }
    check_initial(g, v, pointer);
    g->depth--;
}

/* ---- blocks ------------------------------------------------------------------------------- */

static void check_block_id(struct judge *g, const json_t *block, const char *pointer)
{
    char at[POINTER_BYTES];
    const char *id = json_string_value(json_object_get(block, "block_id"));
    if (id == NULL)
        return;
    below(at, pointer, "block_id");
    if (drc_map_get(g->block_ids, id) != NULL)
        complain(g, at, "duplicate_block_id", "block_id already exists");
    else
        drc_map_set(g->block_ids, id, g);
}

static void check_block(struct judge *g, const json_t *block, const char *pointer)
{
    const char *type = drc_json_str(block, "type", "");
    check_typed(g, block, "block", pointer);
    check_block_id(g, block, pointer);
    if (strcmp(type, "table") == 0 && ++g->tables == 2)
        complain(g, pointer, EMU_ONE_TABLE, EMU_ONE_TABLE);
    if (strcmp(type, "actions") == 0)
        check_action_ids(g, block, pointer);
    if (strcmp(type, "markdown") == 0) {
        g->markdown_chars += drc_utf8_count(drc_json_str(block, "text", ""));
        if (g->markdown_chars > MARKDOWN_CHARS)
            complain(g, pointer, "too_long",
                     "all markdown blocks together must be less than 12001 characters");
    }
}

static void check_blocks(struct judge *g, const json_t *blocks, const char *prefix)
{
    char at[POINTER_BYTES];
    size_t n = json_array_size(blocks),
           most = g->surface == EMU_MESSAGE ? BLOCKS_MESSAGE : BLOCKS_VIEW;
    const struct rule some_blocks = {"blocks", R_TYPEDS, true, 0, (long)most, "block"};
    if (!check_count(g, blocks, &some_blocks, prefix))
        return;
    for (size_t i = 0; i < n && i < most; i++) {
        below_index(at, prefix, i);
        check_block(g, json_array_get(blocks, i), at);
    }
}

static void judge_init(struct judge *g, enum emu_surface surface)
{
    *g = (struct judge){.errors = json_array(), .surface = surface, .block_ids = drc_map_new()};
}

json_t *emu_blockkit_check(const json_t *blocks, enum emu_surface surface,
                           const char *pointer_prefix)
{
    struct judge g;
    judge_init(&g, surface);
    check_blocks(&g, blocks, pointer_prefix);
    drc_map_free(g.block_ids, NULL);
    return g.errors;
}

/* ---- views -------------------------------------------------------------------------------- */

static bool has_input(const json_t *blocks)
{
    for (size_t i = 0; i < json_array_size(blocks); i++)
        if (strcmp(drc_json_str(json_array_get(blocks, i), "type", ""), "input") == 0)
            return true;
    return false;
}

json_t *emu_blockkit_check_view(const json_t *view)
{
    struct judge g;
    const char *type = drc_json_str(view, "type", "");
    bool modal = strcmp(type, "modal") == 0;
    judge_init(&g, modal ? EMU_MODAL : EMU_HOME);
    if (!modal && strcmp(type, "home") != 0)
        complain(&g, "/view/type", "invalid_type", "must be modal or home");
    if (json_is_object(view))
        check_members(&g, &view_shape, view, "/view");
    const json_t *blocks = json_object_get(view, "blocks");
    check_blocks(&g, blocks, "/view/blocks");
    if (modal && json_object_get(view, "title") == NULL)
        complain(&g, "/view", "missing_field", "missing required field: title");
    if (modal && has_input(blocks) && json_object_get(view, "submit") == NULL)
        complain(&g, "/view", "missing_field", "submit is required when there are input blocks");
    drc_map_free(g.block_ids, NULL);
    return g.errors;
}
