/* Files that people write, through their real loaders: a chip, theme.conf, .env. The first byte
 * chooses which. */
#include "fuzz.h"

#include <unistd.h>

#include "drc/answer.h"
#include "drc/chart.h"
#include "drc/chip.h"
#include "drc/conf.h"
#include "drc/file.h"

static char home[] = "/tmp/drc-fuzz-XXXXXX";

static void prepare(void)
{
    char path[100];
    MUST(mkdtemp(home) != NULL);
    snprintf(path, sizeof path, "%s/prompts/chips", home);
    MUST(drc_file_mkdirs(path, NULL) == 0);
    static const char *const rules[] = {"system.md", "form-prose.md", "form-json.md",
                                        "answer.schema.json"};
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        snprintf(path, sizeof path, "%s/prompts/%s", home, rules[i]);
        MUST(drc_file_write(path, "s", 1, NULL) == 0);
    }
}

static void check_chip(struct drc_arena *a, const uint8_t *data, size_t bytes)
{
    struct drc_err err = DRC_ERR_INIT;
    struct drc_chips chips;
    const char *path = drc_arena_printf(a, "%s/prompts/chips/job.x.md", home);
    MUST(drc_file_write(path, data, bytes, NULL) == 0);
    int rc = drc_chips_load(a, home, &chips, &err);
    must_agree(rc, &err);
    if (rc < 0) {
        MUST(strstr(err.msg, "job.x.md") != NULL); /* says which file */
        return;
    }
    const struct drc_chip *c = drc_chip_find(&chips, "job.x");
    MUST(c != NULL && strcmp(c->entity, "job") == 0 && strcmp(c->verb, "x") == 0);
    MUST(*c->label != '\0' && *c->question != '\0' && c->lane < DRC_LANES);
    drc_chip_match(&chips, "job", "what is it, and why?");
}

static void check_theme(struct drc_arena *a, const char *text)
{
    struct drc_err err = DRC_ERR_INIT;
    struct drc_theme *t = drc_theme_parse(a, text, NULL, NULL, &err);
    must_agree(t == NULL ? -1 : 0, &err);
    if (t == NULL) {
        MUST(err.code == DRC_ERR_CONFIG && strncmp(err.msg, "theme.conf:", 11) == 0);
        return;
    }
    MUST(strpbrk(drc_theme_font_family(t), "<>&\"'") == NULL); /* stands in an attribute */
}

static void check_conf(struct drc_arena *a, const uint8_t *data, size_t bytes)
{
    struct drc_err err = DRC_ERR_INIT;
    const char *path = drc_arena_printf(a, "%s/env", home);
    MUST(drc_file_write(path, data, bytes, NULL) == 0);
    int rc = drc_conf_load(path, &err);
    must_agree(rc, &err);
    MUST(rc == 0 || err.code == DRC_ERR_CONFIG);
    if (rc < 0)
        return;
    for (const struct drc_conf_option *o = drc_conf_options; o->name != NULL; o++)
        if (o->type == DRC_CONF_INT && drc_conf_str(o->name) != NULL)
            MUST(drc_conf_int(o->name) >= o->min && drc_conf_int(o->name) <= o->max);
    unsetenv("LLM_API_KEY_FILE"); /* a line of one input is not for the next */
    unsetenv("SLACK_BOT_TOKEN_FILE");
    unsetenv("SLACK_APP_TOKEN_FILE");
    unsetenv("OPENAI_API_KEY_FILE");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    static bool ready;
    if (!ready)
        prepare();
    ready = true;
    if (bytes == 0)
        return 0;
    struct drc_arena *a = drc_arena_new();
    if (data[0] % 3 == 0)
        check_chip(a, data + 1, bytes - 1);
    else if (data[0] % 3 == 1)
        check_theme(a, text_of(a, data + 1, bytes - 1));
    else
        check_conf(a, data + 1, bytes - 1);
    drc_arena_free(a);
    return 0;
}
