#include "emulator/blockkit_rules.h"

#include <stddef.h>

#include "emulator/blockkit.h"

#define END                                                                                        \
    {                                                                                              \
        NULL, R_OBJECT, false, 0, 0, NULL                                                          \
    }
#define ACTION_ID                                                                                  \
    {                                                                                              \
        "action_id", R_STRING, false, 1, 255, NULL                                                 \
    }
#define CONFIRM                                                                                    \
    {                                                                                              \
        "confirm", R_SHAPE, false, 0, 0, "confirm"                                                 \
    }
#define PLACEHOLDER                                                                                \
    {                                                                                              \
        "placeholder", R_PLAIN, false, 1, 150, NULL                                                \
    }
#define BLOCK_ID                                                                                   \
    {                                                                                              \
        "block_id", R_STRING, false, 1, 255, NULL                                                  \
    }
#define FOCUS                                                                                      \
    {                                                                                              \
        "focus_on_load", R_BOOL, false, 0, 0, NULL                                                 \
    }
#define OPTION_LISTS(most)                                                                         \
    {"options", R_SHAPES, false, 1, most, "option"},                                               \
    {                                                                                              \
        "option_groups", R_SHAPES, false, 1, 100, "option_group"                                   \
    }

/* ---- composition objects ------------------------------------------------------------------ */

static const struct rule option[] = {{"text", R_PLAIN, true, 1, 75, NULL},
                                     {"value", R_STRING, true, 1, 150, NULL},
                                     {"description", R_PLAIN, false, 1, 75, NULL},
                                     END};
static const struct rule overflow_option[] = {{"text", R_PLAIN, true, 1, 75, NULL},
                                              {"value", R_STRING, true, 1, 150, NULL},
                                              {"description", R_PLAIN, false, 1, 75, NULL},
                                              {"url", R_STRING, false, 1, 3000, NULL},
                                              END};
static const struct rule choice[] = {{"text", R_TEXT, true, 1, 75, NULL},
                                     {"value", R_STRING, true, 1, 150, NULL},
                                     {"description", R_TEXT, false, 1, 75, NULL},
                                     END};
static const struct rule option_group[] = {
    {"label", R_PLAIN, true, 1, 75, NULL}, {"options", R_SHAPES, true, 1, 100, "option"}, END};
static const struct rule confirm[] = {
    {"title", R_PLAIN, true, 1, 100, NULL},           {"text", R_TEXT, true, 1, 300, NULL},
    {"confirm", R_PLAIN, true, 1, 30, NULL},          {"deny", R_PLAIN, true, 1, 30, NULL},
    {"style", R_ENUM, false, 0, 0, "primary danger"}, END};
static const struct rule column_setting[] = {{"align", R_ENUM, false, 0, 0, "left center right"},
                                             {"is_wrapped", R_BOOL, false, 0, 0, NULL},
                                             END};
static const struct rule feedback[] = {{"text", R_PLAIN, true, 1, 75, NULL},
                                       {"value", R_STRING, true, 1, 2000, NULL},
                                       {"accessibility_label", R_STRING, false, 1, 75, NULL},
                                       END};

/* ---- elements ----------------------------------------------------------------------------- */

static const struct rule button[] = {{"text", R_PLAIN, true, 1, 75, NULL},
                                     ACTION_ID,
                                     {"value", R_STRING, false, 0, 2000, NULL},
                                     {"url", R_STRING, false, 1, 3000, NULL},
                                     {"style", R_ENUM, false, 0, 0, "primary danger"},
                                     {"accessibility_label", R_STRING, false, 1, 75, NULL},
                                     CONFIRM,
                                     END};
static const struct rule static_select[] = {ACTION_ID,
                                            PLACEHOLDER,
                                            OPTION_LISTS(100),
                                            {"initial_option", R_SHAPE, false, 0, 0, "option"},
                                            CONFIRM,
                                            FOCUS,
                                            END};
static const struct rule multi_static_select[] = {
    ACTION_ID,
    PLACEHOLDER,
    OPTION_LISTS(100),
    {"initial_options", R_SHAPES, false, 1, 100, "option"},
    {"max_selected_items", R_INT, false, 1, 100, NULL},
    CONFIRM,
    FOCUS,
    END};
static const struct rule external_select[] = {ACTION_ID,
                                              PLACEHOLDER,
                                              {"min_query_length", R_INT, false, 0, 100, NULL},
                                              {"initial_option", R_SHAPE, false, 0, 0, "option"},
                                              CONFIRM,
                                              FOCUS,
                                              END};
static const struct rule users_select[] = {
    ACTION_ID, PLACEHOLDER, {"initial_user", R_STRING, false, 1, 50, NULL}, CONFIRM, FOCUS, END};
static const struct rule multi_users_select[] = {ACTION_ID,
                                                 PLACEHOLDER,
                                                 {"initial_users", R_STRINGS, false, 1, 100, NULL},
                                                 {"max_selected_items", R_INT, false, 1, 100, NULL},
                                                 CONFIRM,
                                                 FOCUS,
                                                 END};
static const struct rule conversations_select[] = {
    ACTION_ID,
    PLACEHOLDER,
    {"initial_conversation", R_STRING, false, 1, 50, NULL},
    {"default_to_current_conversation", R_BOOL, false, 0, 0, NULL},
    {"response_url_enabled", R_BOOL, false, 0, 0, NULL},
    CONFIRM,
    FOCUS,
    {"filter", R_OBJECT, false, 0, 0, NULL},
    END};
static const struct rule channels_select[] = {ACTION_ID,
                                              PLACEHOLDER,
                                              {"initial_channel", R_STRING, false, 1, 50, NULL},
                                              {"response_url_enabled", R_BOOL, false, 0, 0, NULL},
                                              CONFIRM,
                                              FOCUS,
                                              END};
static const struct rule overflow[] = {
    ACTION_ID, {"options", R_SHAPES, true, 1, 5, "overflow_option"}, CONFIRM, END};
static const struct rule choices[] = {ACTION_ID,
                                      {"options", R_SHAPES, true, 1, 10, "choice"},
                                      {"initial_option", R_SHAPE, false, 0, 0, "choice"},
                                      {"initial_options", R_SHAPES, false, 1, 10, "choice"},
                                      CONFIRM,
                                      FOCUS,
                                      END};
static const struct rule datepicker[] = {
    ACTION_ID, PLACEHOLDER, {"initial_date", R_STRING, false, 10, 10, NULL}, CONFIRM, FOCUS, END};
static const struct rule timepicker[] = {ACTION_ID,
                                         PLACEHOLDER,
                                         {"initial_time", R_STRING, false, 5, 5, NULL},
                                         {"timezone", R_STRING, false, 1, 100, NULL},
                                         CONFIRM,
                                         FOCUS,
                                         END};
static const struct rule datetimepicker[] = {
    ACTION_ID, {"initial_date_time", R_INT, false, 0, 9999999999L, NULL}, CONFIRM, FOCUS, END};
static const struct rule text_input[] = {ACTION_ID,
                                         PLACEHOLDER,
                                         {"initial_value", R_STRING, false, 0, 3000, NULL},
                                         {"multiline", R_BOOL, false, 0, 0, NULL},
                                         {"min_length", R_INT, false, 0, 3000, NULL},
                                         {"max_length", R_INT, false, 1, 3000, NULL},
                                         FOCUS,
                                         {"dispatch_action_config", R_OBJECT, false, 0, 0, NULL},
                                         END};
static const struct rule number_input[] = {ACTION_ID,
                                           PLACEHOLDER,
                                           {"is_decimal_allowed", R_BOOL, true, 0, 0, NULL},
                                           {"initial_value", R_STRING, false, 0, 100, NULL},
                                           FOCUS,
                                           {"dispatch_action_config", R_OBJECT, false, 0, 0, NULL},
                                           {"min_value", R_STRING, false, 1, 100, NULL},
                                           {"max_value", R_STRING, false, 1, 100, NULL},
                                           END};
static const struct rule image_element[] = {{"alt_text", R_STRING, true, 1, 2000, NULL},
                                            {"image_url", R_STRING, false, 1, 3000, NULL},
                                            {"slack_file", R_FILE, false, 0, 0, NULL},
                                            END};
static const struct rule text_element[] = {{"text", R_STRING, true, 1, 2000, NULL},
                                           {"emoji", R_BOOL, false, 0, 0, NULL},
                                           {"verbatim", R_BOOL, false, 0, 0, NULL},
                                           END};
static const struct rule feedback_buttons[] = {ACTION_ID,
                                               {"positive_button", R_SHAPE, true, 0, 0, "feedback"},
                                               {"negative_button", R_SHAPE, true, 0, 0, "feedback"},
                                               END};
static const struct rule icon_button[] = {ACTION_ID,
                                          {"icon", R_ENUM, true, 0, 0, "trash"},
                                          {"text", R_PLAIN, true, 1, 75, NULL},
                                          {"value", R_STRING, false, 0, 2000, NULL},
                                          CONFIRM,
                                          {"accessibility_label", R_STRING, false, 1, 75, NULL},
                                          {"visible_to_user_ids", R_STRINGS, false, 1, 100, NULL},
                                          END};

/* ---- rich text ---------------------------------------------------------------------------- */

static const struct rule rich_parts[] = {{"elements", R_TYPEDS, true, 0, 2000, "rich_inline"},
                                         {"border", R_INT, false, 0, 1, NULL},
                                         END};
static const struct rule rich_list[] = {{"style", R_ENUM, true, 0, 0, "bullet ordered"},
                                        {"elements", R_TYPEDS, true, 1, 500, "rich_section"},
                                        {"indent", R_INT, false, 0, 8, NULL},
                                        {"offset", R_INT, false, 0, 10000, NULL},
                                        {"border", R_INT, false, 0, 1, NULL},
                                        END};
static const struct rule rich_word[] = {
    {"text", R_STRING, true, 1, 12000, NULL}, {"style", R_OBJECT, false, 0, 0, NULL}, END};
static const struct rule rich_link[] = {{"url", R_STRING, true, 1, 3000, NULL},
                                        {"text", R_STRING, false, 1, 3000, NULL},
                                        {"style", R_OBJECT, false, 0, 0, NULL},
                                        {"unsafe", R_BOOL, false, 0, 0, NULL},
                                        END};
static const struct rule rich_user[] = {
    {"user_id", R_STRING, true, 1, 50, NULL}, {"style", R_OBJECT, false, 0, 0, NULL}, END};
static const struct rule rich_channel[] = {
    {"channel_id", R_STRING, true, 1, 50, NULL}, {"style", R_OBJECT, false, 0, 0, NULL}, END};
static const struct rule rich_group[] = {
    {"usergroup_id", R_STRING, true, 1, 50, NULL}, {"style", R_OBJECT, false, 0, 0, NULL}, END};
static const struct rule rich_emoji[] = {{"name", R_STRING, true, 1, 100, NULL},
                                         {"style", R_OBJECT, false, 0, 0, NULL},
                                         {"unicode", R_STRING, false, 1, 100, NULL},
                                         {"url", R_STRING, false, 1, 3000, NULL},
                                         END};
static const struct rule rich_range[] = {{"range", R_ENUM, true, 0, 0, "here channel everyone"},
                                         {"style", R_OBJECT, false, 0, 0, NULL},
                                         END};
static const struct rule rich_date[] = {{"timestamp", R_INT, true, 0, 99999999999L, NULL},
                                        {"format", R_STRING, true, 1, 200, NULL},
                                        {"fallback", R_STRING, false, 1, 300, NULL},
                                        {"url", R_STRING, false, 1, 3000, NULL},
                                        {"style", R_OBJECT, false, 0, 0, NULL},
                                        END};
static const struct rule rich_color[] = {
    {"value", R_STRING, true, 1, 20, NULL}, {"style", R_OBJECT, false, 0, 0, NULL}, END};

/* ---- blocks ------------------------------------------------------------------------------- */

static const struct rule section[] = {BLOCK_ID,
                                      {"text", R_TEXT, false, 1, 3000, NULL},
                                      {"fields", R_TEXTS, false, 1, 10, NULL},
                                      {"accessory", R_TYPED, false, 0, 0, "accessory"},
                                      {"expand", R_BOOL, false, 0, 0, NULL},
                                      END};
static const struct rule header[] = {
    BLOCK_ID, {"text", R_PLAIN, true, 1, 150, NULL}, {"level", R_INT, false, 1, 4, NULL}, END};
static const struct rule divider[] = {BLOCK_ID, END};
static const struct rule context[] = {
    BLOCK_ID, {"elements", R_TYPEDS, true, 1, 10, "context"}, END};
static const struct rule context_actions[] = {
    BLOCK_ID, {"elements", R_TYPEDS, true, 1, 5, "context_action"}, END};
static const struct rule actions[] = {BLOCK_ID, {"elements", R_TYPEDS, true, 1, 25, "action"}, END};
static const struct rule image[] = {BLOCK_ID,
                                    {"alt_text", R_STRING, true, 1, 2000, NULL},
                                    {"title", R_PLAIN, false, 1, 2000, NULL},
                                    {"image_url", R_STRING, false, 1, 3000, NULL},
                                    {"slack_file", R_FILE, false, 0, 0, NULL},
                                    END};
static const struct rule input[] = {BLOCK_ID,
                                    {"label", R_PLAIN, true, 1, 2000, NULL},
                                    {"element", R_TYPED, true, 0, 0, "input"},
                                    {"hint", R_PLAIN, false, 1, 2000, NULL},
                                    {"optional", R_BOOL, false, 0, 0, NULL},
                                    {"dispatch_action", R_BOOL, false, 0, 0, NULL},
                                    END};
static const struct rule markdown[] = {BLOCK_ID, {"text", R_STRING, true, 1, 12000, NULL}, END};
static const struct rule rich_text[] = {
    BLOCK_ID, {"elements", R_TYPEDS, true, 1, 500, "rich"}, END};
static const struct rule table[] = {BLOCK_ID,
                                    {"rows", R_ROWS, true, 1, 100, NULL},
                                    {"column_settings", R_SHAPES, false, 0, 20, "column_setting"},
                                    END};
static const struct rule alert[] = {
    BLOCK_ID,
    {"text", R_TEXT, true, 1, 200, NULL},
    {"level", R_ENUM, false, 0, 0, "default info warning error success"},
    END};
static const struct rule raw_text[] = {{"text", R_STRING, true, 1, 12000, NULL}, END};

#define ALL 0
#define SELECT "action accessory input"

const struct shape blockkit_shapes[] = {
    {"option", "", ALL, NULL, NULL, option},
    {"overflow_option", "", ALL, NULL, NULL, overflow_option},
    {"choice", "", ALL, NULL, NULL, choice},
    {"option_group", "", ALL, NULL, NULL, option_group},
    {"confirm", "", ALL, NULL, NULL, confirm},
    {"column_setting", "", ALL, NULL, NULL, column_setting},
    {"feedback", "", ALL, NULL, NULL, feedback},

    {"button", "action accessory", ALL, NULL, NULL, button},
    {"static_select", SELECT, ALL, "options option_groups", NULL, static_select},
    {"multi_static_select", "accessory input", ALL, "options option_groups", NULL,
     multi_static_select},
    {"external_select", SELECT, ALL, NULL, NULL, external_select},
    {"users_select", SELECT, ALL, NULL, NULL, users_select},
    {"conversations_select", SELECT, ALL, NULL, NULL, conversations_select},
    {"channels_select", SELECT, ALL, NULL, NULL, channels_select},
    {"multi_users_select", "accessory input", ALL, NULL, NULL, multi_users_select},
    {"overflow", "action accessory", ALL, NULL, NULL, overflow},
    {"radio_buttons", SELECT, ALL, NULL, NULL, choices},
    {"checkboxes", SELECT, ALL, NULL, NULL, choices},
    {"datepicker", SELECT, ALL, NULL, NULL, datepicker},
    {"timepicker", SELECT, ALL, NULL, NULL, timepicker},
    {"datetimepicker", "action input", ALL, NULL, NULL, datetimepicker},
    {"plain_text_input", "input", ALL, NULL, NULL, text_input},
    {"email_text_input", "input", ALL, NULL, NULL, text_input},
    {"url_text_input", "input", ALL, NULL, NULL, text_input},
    {"number_input", "input", ALL, NULL, NULL, number_input},
    {"feedback_buttons", "context_action", EMU_MESSAGE, NULL, NULL, feedback_buttons},
    {"icon_button", "context_action", EMU_MESSAGE, NULL, NULL, icon_button},
    {"mrkdwn", "context", ALL, NULL, NULL, text_element},
    {"plain_text", "context", ALL, NULL, NULL, text_element},

    {"rich_text_section", "rich rich_section", ALL, NULL, NULL, rich_parts},
    {"rich_text_preformatted", "rich", ALL, NULL, NULL, rich_parts},
    {"rich_text_quote", "rich", ALL, NULL, NULL, rich_parts},
    {"rich_text_list", "rich", ALL, NULL, NULL, rich_list},
    {"text", "rich_inline", ALL, NULL, NULL, rich_word},
    {"link", "rich_inline", ALL, NULL, NULL, rich_link},
    {"user", "rich_inline", ALL, NULL, NULL, rich_user},
    {"channel", "rich_inline", ALL, NULL, NULL, rich_channel},
    {"usergroup", "rich_inline", ALL, NULL, NULL, rich_group},
    {"emoji", "rich_inline", ALL, NULL, NULL, rich_emoji},
    {"broadcast", "rich_inline", ALL, NULL, NULL, rich_range},
    {"date", "rich_inline", ALL, NULL, NULL, rich_date},
    {"color", "rich_inline", ALL, NULL, NULL, rich_color},

    {"section", "block", ALL, NULL, "text fields", section},
    {"header", "block", ALL, NULL, NULL, header},
    {"divider", "block", ALL, NULL, NULL, divider},
    {"context", "block", ALL, NULL, NULL, context},
    {"context_actions", "block", EMU_MESSAGE, NULL, NULL, context_actions},
    {"actions", "block", ALL, NULL, NULL, actions},
    {"image", "block", ALL, "image_url slack_file", NULL, image},
    {"image", "context accessory", ALL, "image_url slack_file", NULL, image_element},
    {"input", "block", EMU_MODAL | EMU_HOME | EMU_MESSAGE, NULL, NULL, input},
    {"markdown", "block", EMU_MESSAGE, NULL, NULL, markdown},
    {"rich_text", "block cell", ALL, NULL, NULL, rich_text},
    {"table", "block", EMU_MESSAGE, NULL, NULL, table},
    {"raw_text", "cell", EMU_MESSAGE, NULL, NULL, raw_text},
    {"alert", "block", EMU_MODAL, NULL, NULL, alert},
    {NULL, NULL, 0, NULL, NULL, NULL},
};
