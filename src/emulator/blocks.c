/* Blocks on their way in: judged by blockkit.c, checked against what only the server knows (sizes,
 * files), completed with block ids; and on their way out to a person's click: elements and the
 * state of inputs. */
#include "emulator/blockkit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drc/jsonx.h"
#include "drc/utf8.h"
#include "emulator/emulator.h"

#define MESSAGE_MAX_CHARS 13200 /* not documented; measured by others (bolt-js 2509, 2867) */
#define DEPTH_MAX 32

/* ---- errors ------------------------------------------------------------------------------- */

json_t *emu_issues_reply(const char *error, const json_t *issues)
{
    json_t *reply = emu_error(error), *errors = json_array(), *messages = json_array();
    for (size_t i = 0; i < json_array_size(issues); i++) {
        const json_t *one = json_array_get(issues, i);
        json_t *text = json_sprintf("%s [json-pointer:%s]", drc_json_str(one, "message", "invalid"),
                                    drc_json_str(one, "pointer", ""));
        json_array_append_new(messages, json_sprintf("[ERROR] %s", json_string_value(text)));
        json_array_append_new(errors, text);
    }
    if (json_array_size(errors) > 0) {
        json_object_set(reply, "errors", errors);
        json_object_set_new(reply, "response_metadata", json_pack("{s:O}", "messages", messages));
    }
    json_decref(errors);
    json_decref(messages);
    return reply;
}

/* ---- what only the server knows ----------------------------------------------------------- */

/* All characters that people read: every "text" member that is a string. */
static size_t count_chars(const json_t *v, int depth)
{
    size_t n = 0, i;
    const char *key;
    json_t *part;
    if (depth > DEPTH_MAX)
        return 0;
    if (json_is_array(v))
        json_array_foreach((json_t *)v, i, part) n += count_chars(part, depth + 1);
    else if (json_is_object(v))
        json_object_foreach((json_t *)v, key, part) n +=
            json_is_string(part) && strcmp(key, "text") == 0
                ? drc_utf8_count(json_string_value(part))
                : count_chars(part, depth + 1);
    return n;
}

/* The id behind a slack_file object; "" if it names none of our files. A URL counts as well
 * (url_private, permalink). */
static struct emu_file *named_file(struct emu *e, const json_t *slack_file)
{
    const char *id = drc_json_str(slack_file, "id", ""), *url = drc_json_str(slack_file, "url", "");
    if (id[0] != '\0')
        return emu_file(e, id);
    size_t pos = 0;
    const char *key;
    for (void *p; drc_map_next(e->files, &pos, &key, &p);) {
        struct emu_file *f = p;
        if (strcmp(drc_json_str(f->j, "url_private", ""), url) == 0 ||
            strcmp(drc_json_str(f->j, "permalink", ""), url) == 0)
            return f;
    }
    return NULL;
}

static void check_files(struct emu *e, json_t *v, const char *pointer, json_t *issues, int depth)
{
    char below[512];
    const char *key;
    json_t *part;
    size_t i;
    if (depth > DEPTH_MAX)
        return;
    if (json_is_array(v)) {
        json_array_foreach(v, i, part)
        {
            snprintf(below, sizeof below, "%.480s/%zu", pointer, i);
            check_files(e, part, below, issues, depth + 1);
        }
        return;
    }
    json_object_foreach(v, key, part)
    {
        snprintf(below, sizeof below, "%.400s/%.100s", pointer, key);
        if (strcmp(key, "slack_file") != 0 || !json_is_object(part)) {
            check_files(e, part, below, issues, depth + 1);
            continue;
        }
        struct emu_file *f = named_file(e, part);
        if (f == NULL || f->state != EMU_FILE_READY)
            json_array_append_new(issues,
                                  json_pack("{s:s, s:s, s:s}", "code", "invalid_slack_file",
                                            "message", "invalid slack file", "pointer", below));
        else
            json_object_set_new(part, "id", json_string(f->id)); /* the page fetches by id */
    }
}

static bool id_taken(const json_t *blocks, const char *id)
{
    for (size_t i = 0; i < json_array_size(blocks); i++)
        if (strcmp(drc_json_str(json_array_get(blocks, i), "block_id", ""), id) == 0)
            return true;
    return false;
}

static void random_id(struct emu *e, char out[16])
{
    emu_new_id(e, 'b', out);
    memmove(out, out + 2, strlen(out + 2) + 1);
    out[5] = '\0';
}

/* Slack gives every block an id, and every interactive element an action id. */
static void complete_element(struct emu *e, json_t *element)
{
    static const char *const with_action[] = {"button",
                                              "static_select",
                                              "external_select",
                                              "users_select",
                                              "conversations_select",
                                              "channels_select",
                                              "multi_static_select",
                                              "overflow",
                                              "datepicker",
                                              "timepicker",
                                              "datetimepicker",
                                              "radio_buttons",
                                              "checkboxes",
                                              "plain_text_input",
                                              "number_input",
                                              "email_text_input",
                                              "url_text_input",
                                              "rich_text_input",
                                              "feedback_buttons",
                                              "icon_button"};
    const char *type = drc_json_str(element, "type", "");
    for (size_t i = 0; i < sizeof with_action / sizeof *with_action; i++)
        if (strcmp(type, with_action[i]) == 0 && json_object_get(element, "action_id") == NULL) {
            char id[16];
            random_id(e, id);
            json_object_set_new(element, "action_id", json_string(id));
        }
}

static void complete_blocks(struct emu *e, json_t *blocks)
{
    size_t i, k;
    json_t *block, *element;
    json_array_foreach(blocks, i, block)
    {
        if (json_object_get(block, "block_id") == NULL) {
            char id[16];
            do
                random_id(e, id);
            while (id_taken(blocks, id));
            json_object_set_new(block, "block_id", json_string(id));
        }
        complete_element(e, json_object_get(block, "accessory"));
        complete_element(e, json_object_get(block, "element"));
        json_array_foreach(json_object_get(block, "elements"), k, element)
            complete_element(e, element);
    }
}

static bool has_code(const json_t *issues, const char *code)
{
    for (size_t i = 0; i < json_array_size(issues); i++)
        if (strcmp(drc_json_str(json_array_get(issues, i), "code", ""), code) == 0)
            return true;
    return false;
}

json_t *emu_blocks_prepare(struct emu *e, json_t *blocks)
{
    json_t *issues = emu_blockkit_check(blocks, EMU_MESSAGE, "/blocks"), *error = NULL;
    if (json_array_size(issues) == 0)
        check_files(e, blocks, "/blocks", issues, 0);
    if (json_array_size(issues) > 0)
        error = emu_issues_reply(
            has_code(issues, EMU_ONE_TABLE) ? "invalid_attachments" : "invalid_blocks", issues);
    else if (count_chars(blocks, 0) > MESSAGE_MAX_CHARS)
        error = emu_error("msg_blocks_too_long");
    else
        complete_blocks(e, blocks);
    json_decref(issues);
    return error;
}

json_t *emu_view_prepare(struct emu *e, json_t *view)
{
    json_t *issues = emu_blockkit_check_view(view), *error = NULL;
    if (json_array_size(issues) == 0)
        check_files(e, json_object_get(view, "blocks"), "/view/blocks", issues, 0);
    if (json_array_size(issues) > 0)
        error = emu_issues_reply("invalid_arguments", issues);
    else
        complete_blocks(e, json_object_get(view, "blocks"));
    json_decref(issues);
    return error;
}

/* ---- elements and state ------------------------------------------------------------------- */

static bool is_element(const json_t *element, const char *action_id)
{
    return json_is_object(element) &&
           strcmp(drc_json_str(element, "action_id", ""), action_id) == 0;
}

json_t *emu_blocks_element(const json_t *blocks, const char *block_id, const char *action_id,
                           json_t **block_out)
{
    size_t i, k;
    json_t *block, *part, *hit = NULL;
    json_array_foreach((json_t *)blocks, i, block)
    {
        if (block_id[0] != '\0' && strcmp(drc_json_str(block, "block_id", ""), block_id) != 0)
            continue;
        if (is_element(json_object_get(block, "accessory"), action_id))
            hit = json_object_get(block, "accessory");
        if (is_element(json_object_get(block, "element"), action_id))
            hit = json_object_get(block, "element");
        json_array_foreach(json_object_get(block, "elements"), k,
                           part) if (is_element(part, action_id)) hit = part;
        if (hit == NULL && json_object_get(block, "child_blocks") != NULL)
            hit = emu_blocks_element(json_object_get(block, "child_blocks"), "", action_id,
                                     block_out);
        if (hit != NULL) {
            if (block_out != NULL)
                *block_out = block;
            return hit;
        }
    }
    return NULL;
}

/* The state that a stateful element has before anybody touched it; NULL for buttons and the like.
 */
static json_t *initial_state(const json_t *element)
{
    static const struct {
        const char *type, *initial, *value;
        bool list;
    } table[] = {
        {"static_select", "initial_option", "selected_option", false},
        {"radio_buttons", "initial_option", "selected_option", false},
        {"external_select", "initial_option", "selected_option", false},
        {"users_select", "initial_user", "selected_user", false},
        {"channels_select", "initial_channel", "selected_channel", false},
        {"conversations_select", "initial_conversation", "selected_conversation", false},
        {"multi_static_select", "initial_options", "selected_options", true},
        {"checkboxes", "initial_options", "selected_options", true},
        {"datepicker", "initial_date", "selected_date", false},
        {"timepicker", "initial_time", "selected_time", false},
        {"datetimepicker", "initial_date_time", "selected_date_time", false},
        {"plain_text_input", "initial_value", "value", false},
        {"number_input", "initial_value", "value", false},
        {"email_text_input", "initial_value", "value", false},
        {"url_text_input", "initial_value", "value", false},
    };
    const char *type = drc_json_str(element, "type", "");
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (strcmp(type, table[i].type) != 0)
            continue;
        json_t *initial = json_object_get(element, table[i].initial);
        json_t *none = table[i].list ? json_array() : json_null();
        json_t *slot =
            json_pack("{s:s, s:O}", "type", type, table[i].value, initial == NULL ? none : initial);
        json_decref(none);
        return slot;
    }
    return NULL;
}

static void add_state(json_t *state, const json_t *values, const json_t *block,
                      const json_t *element)
{
    json_t *slot = initial_state(element);
    if (slot == NULL)
        return;
    const char *block_id = drc_json_str(block, "block_id", ""),
               *action_id = drc_json_str(element, "action_id", "");
    const json_t *given = json_object_get(json_object_get(values, block_id), action_id);
    if (json_is_object(given)) {
        json_object_update(slot, (json_t *)given);
        json_object_set(slot, "type", json_object_get(element, "type"));
    }
    json_t *of_block = json_object_get(state, block_id);
    if (of_block == NULL) {
        of_block = json_object();
        json_object_set_new(state, block_id, of_block);
    }
    json_object_set_new(of_block, action_id, slot);
}

json_t *emu_blocks_state(const json_t *blocks, const json_t *values)
{
    json_t *state = json_object(), *block, *part;
    size_t i, k;
    json_array_foreach((json_t *)blocks, i, block)
    {
        add_state(state, values, block, json_object_get(block, "accessory"));
        add_state(state, values, block, json_object_get(block, "element"));
        json_array_foreach(json_object_get(block, "elements"), k, part)
            add_state(state, values, block, part);
    }
    return state;
}
