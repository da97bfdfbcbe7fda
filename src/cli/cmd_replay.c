/* replay: a posted message made anew from what is stored, and compared. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "drc/conf.h"
#include "drc/jsonx.h"

static json_t *text_or_null(const char *s)
{
    return s == NULL ? json_null() : drc_json_text(s);
}

static json_t *pair(const char *was, const char *now)
{
    bool same = was == NULL || now == NULL ? was == now : strcmp(was, now) == 0;
    return json_pack("{s:o, s:o, s:b}", "was", text_or_null(was), "now", text_or_null(now), "same",
                     same);
}

static void print_json(struct drc_arena *a, const struct drc_replay *r)
{
    json_t *root = json_object(), *inputs = json_array(), *notes = json_array();
    const char *block_id = NULL;
    int block = r->was.blocks == NULL || r->now.blocks == NULL
                    ? 0
                    : drc_made_block(a, r->was.blocks, r->now.blocks, &block_id);
    for (size_t i = 0; i < r->input_count; i++) {
        json_t *in = pair(r->inputs[i].was, r->inputs[i].now);
        json_object_set_new(in, "name", drc_json_text(r->inputs[i].name));
        json_array_append_new(inputs, in);
    }
    for (size_t i = 0; i < r->note_count; i++)
        json_array_append_new(notes, drc_json_text(r->notes[i]));
    json_t *message = pair(r->was.message, r->now.message);
    json_object_set_new(message, "block", block == 0 ? json_null() : json_integer(block));
    json_object_set_new(message, "block_id", text_or_null(block_id));
    json_object_set_new(root, "id", drc_json_text(r->id));
    json_object_set_new(root, "what", drc_json_text(r->what));
    json_object_set_new(root, "made", drc_json_text(r->made));
    json_object_set_new(root, "same", json_boolean(drc_replay_same(r)));
    json_object_set_new(root, "recorded", json_boolean(r->recorded));
    json_object_set_new(root, "not_made", text_or_null(r->not_made));
    json_object_set_new(root, "inputs", inputs);
    json_object_set_new(root, "rows", text_or_null(r->rows));
    json_object_set_new(root, "message", message);
    json_object_set_new(root, "svg", pair(r->was.svg, r->now.svg));
    json_object_set_new(root, "png", pair(r->was.png, r->now.png));
    json_object_set_new(root, "prompt", pair(r->was.prompt, r->now.prompt));
    json_object_set_new(root, "notes", notes);
    char *text = drc_json_dump(root);
    puts(text);
    free(text);
    json_decref(root);
}

static int run(int argc, char **argv, struct drc_err *err)
{
    struct cli_env c;
    struct drc_replay r;
    bool json = cli_flag(argc, argv, "--json");
    const char *db = cli_option(argc, argv, "--db");
    if (cli_no_more_options(argc, argv, err) < 0)
        return -1;
    if (db != NULL)
        drc_conf_set("DRC_FACTS_DB", db);
    int rc = cli_env_open(&c, ".", err);
    const char *id = rc == 0 ? cli_words(c.env.a, argc, argv, 1) : "";
    if (rc == 0 && *id == '\0')
        rc = drc_err_set(err, DRC_ERR_INPUT, "give the id of a report run or of an answer");
    if (rc == 0) {
        cli_env_library(&c);
        rc = drc_replay_run(&c.env, id, &r, err);
    }
    if (rc == 0) {
        if (json)
            print_json(c.env.a, &r);
        else
            fputs(drc_replay_text(c.env.a, &r), stdout);
        rc = drc_replay_same(&r) ? 0 : 1;
    }
    cli_env_close(&c);
    return rc;
}

const struct cli_command cli_replay = {
    "replay", "<run or answer id> [--json] [--db FILE]",
    "Makes the message, chart and prompt of a report run or of an answer anew from what is stored\n"
    "and compares them, byte for byte, with what was posted. Names each input that changed since:\n"
    "report, questions, prompt rules, facts, graph, pages, theme, fonts, settings, drc itself. Asks\n"
    "no model: a model's stored text is checked again. The id of a run stands under each report,\n"
    "that of an answer under Debug.\n\n"
    "  --json      inputs and hashes for machines\n"
    "  --db FILE   another facts database\n\n"
    "Exit status: 0 all the same, 1 an input changed or something differs, 2 unknown id.\n",
    run};
