/* The app manifest, schema 2: scopes come from the method table, so that none is missing and none
 * is too many. */
#include <stdlib.h>
#include <string.h>

#include "call.h"
#include "drc/jsonx.h"

/* Scopes that no method needs but an event or a command does. */
static const char *const event_scopes[] = {"commands", "app_mentions:read", "im:history"};

static void add_scope(json_t *scopes, const char *scope)
{
    for (size_t i = 0; i < json_array_size(scopes); i++)
        if (strcmp(json_string_value(json_array_get(scopes, i)), scope) == 0)
            return;
    json_array_append_new(scopes, json_string(scope));
}

static json_t *all_scopes(struct drc_arena *a)
{
    json_t *scopes = json_array();
    for (size_t i = 0; i < sizeof event_scopes / sizeof *event_scopes; i++)
        add_scope(scopes, event_scopes[i]);
    for (const struct slack_method *m = slack_methods; m->name != NULL; m++)
        for (const char *p = m->scope; *p != '\0';) {
            size_t n = strcspn(p, ",");
            add_scope(scopes, drc_arena_strndup(a, p, n));
            p += n + (p[n] == ',');
        }
    return scopes;
}

static const char long_description[] =
    "Data Reliability Copilot (drc) answers fixed questions about the cost and reliability of your "
    "Databricks jobs. A report is "
    "SQL that you can read, drawn as a chart. Press a question under it; the answer comes in the "
    "thread, made from the facts "
    "of that report, with its sources.";

char *drc_slack_manifest(struct drc_arena *a)
{
    json_t *display =
        json_pack("{s:s, s:s, s:s, s:s}", "name", "Data Reliability Copilot", "description",
                  "Cost and reliability reports for Databricks, with answers that show their facts",
                  "long_description", long_description, "background_color", "#1f3b57");
    json_t *command =
        json_pack("{s:s, s:s, s:s, s:b}", "command", "/drc", "description",
                  "Run a cost or reliability report", "usage_hint",
                  "report job-cost | job <name> | digest | reports | help", "should_escape", 1);
    json_t *features =
        json_pack("{s:{s:b, s:b, s:b}, s:{s:s, s:b}, s:[o]}", "app_home", "home_tab_enabled", 1,
                  "messages_tab_enabled", 1, "messages_tab_read_only_enabled", 0, "bot_user",
                  "display_name", "drc", "always_online", 1, "slash_commands", command);
    json_t *settings =
        json_pack("{s:{s:[s,s,s]}, s:{s:b}, s:b, s:b, s:b}", "event_subscriptions", "bot_events",
                  "app_mention", "message.im", "app_home_opened", "interactivity", "is_enabled", 1,
                  "org_deploy_enabled", 0, "socket_mode_enabled", 1, "token_rotation_enabled", 0);
    json_t *root =
        json_pack("{s:{s:i, s:i}, s:o, s:o, s:{s:{s:o}}, s:o}", "_metadata", "major_version", 2,
                  "minor_version", 1, "display_information", display, "features", features,
                  "oauth_config", "scopes", "bot", all_scopes(a), "settings", settings);
    char *text = json_dumps(root, JSON_INDENT(2));
    char *copy = drc_arena_strdup(a, text == NULL ? "{}" : text);
    free(text);
    json_decref(root);
    return copy;
}
