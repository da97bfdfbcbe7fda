#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "drc/ask.h"
#include "drc/clock.h"
#include "drc/conf.h"
#include "drc/digest.h"
#include "drc/file.h"
#include "drc/http.h"

static struct drc_llm llm;

static int open_state(struct cli_env *c, const char *home, struct drc_err *err)
{
    char dir[PATH_MAX];
    const char *path = drc_conf_str("DRC_STATE_DB");
    snprintf(dir, sizeof dir, "%s", path);
    char *slash = strrchr(dir, '/');
    if (slash != NULL && slash != dir) {
        *slash = '\0';
        if (drc_file_mkdirs(dir, err) < 0)
            return -1;
    }
    c->env.state = drc_store_open(path, home, err);
    return c->env.state == NULL ? -1 : 0;
}

int cli_env_open(struct cli_env *c, const char *dir, struct drc_err *err)
{
    char key[33];
    memset(c, 0, sizeof *c);
    c->env.a = drc_arena_new();
    const char *home = drc_conf_home(err), *facts = drc_conf_str("DRC_FACTS_DB");
    if (home == NULL || drc_http_global_init(err) < 0)
        return -1;
    c->env.snap = drc_snapshot_load(home, facts, err);
    if (c->env.snap == NULL)
        return -1;
    c->env.facts = drc_db_open(facts, DRC_DB_READ, err);
    if (c->env.facts == NULL || drc_db_sandbox(c->env.facts, err) < 0 ||
        open_state(c, home, err) < 0)
        return -1;
    int model = drc_llm_configured(&llm, err);
    if (model < 0)
        return -1;
    c->env.llm = model == 0 ? &llm : NULL;
    c->env.budget = drc_ask_budget_new();
    c->env.http = drc_http_new(drc_conf_str("DRC_CA_FILE"));
    c->env.poster = c->poster = cli_poster_new(c->env.a, dir);
    c->env.now_ms = drc_clock_wall_ms();
    drc_random_hex(16, key);
    c->request = (struct drc_request){.kind = DRC_REQ_COMMAND,
                                      .key = drc_arena_printf(c->env.a, "cli:%s", key),
                                      .channel = "terminal",
                                      .user = "",
                                      .received_ms = c->env.now_ms,
                                      .tries = 1};
    return 0;
}

void cli_env_library(struct cli_env *c)
{
    c->library = drc_library_new(drc_conf_str("DRC_INDEX_DIR"), drc_conf_str("DRC_CA_FILE"));
    c->reader.library = c->library;
    c->env.reader = &c->reader;
}

void cli_env_close(struct cli_env *c)
{
    drc_reader_close(&c->reader);
    drc_library_free(c->library);
    drc_db_close(c->env.facts);
    drc_db_close(c->env.state);
    drc_ask_budget_free(c->env.budget);
    if (c->env.http != NULL)
        drc_http_free(c->env.http);
    drc_snapshot_free(c->env.snap);
    drc_arena_free(c->env.a);
}
