/* doctor: what works, what does not, what to do. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cli.h"
#include "drc/build.h"
#include "drc/conf.h"
#include "drc/fmt.h"
#include "drc/http.h"
#include "drc/inbox.h"
#include "drc/raster.h"
#include "drc/slack.h"

struct tally {
    int bad, warned;
};

static void say(struct tally *t, const char *what, const struct drc_err *err, bool only_warn,
                const char *fine)
{
    if (err->code == DRC_OK) {
        printf("  ok     %-18s %s\n", what, fine);
        return;
    }
    printf("  %s  %-18s %s\n", only_warn ? "warn " : "FAILED", what, err->msg);
    if (only_warn)
        t->warned++;
    else
        t->bad++;
}

static void check_settings(void)
{
    puts("Settings");
    for (const struct drc_conf_option *o = drc_conf_options; o->name != NULL; o++) {
        const char *v = drc_conf_str(o->name);
        printf("  %-23s %-12s %s\n", o->name, drc_conf_source(o->name),
               v == NULL   ? ""
               : o->secret ? "(secret)"
                           : v);
    }
}

/* Nodes and edges that had to be left out are a warning: answers still work without them. */
static void check_graph(struct tally *t, struct drc_snapshot *snap, const char *facts_path)
{
    struct drc_err err = DRC_ERR_INIT;
    size_t faults = 0;
    struct drc_db *facts = drc_db_open(facts_path, DRC_DB_READ, &err);
    const struct drc_graph *g = facts == NULL || drc_db_sandbox(facts, &err) < 0
                                    ? NULL
                                    : drc_snapshot_graph(snap, facts, &err);
    const struct drc_graph_fault *f = g == NULL ? NULL : drc_graph_faults(g, &faults);
    bool only_warn = err.code == DRC_OK;
    if (faults > 0)
        drc_err_set(&err, DRC_ERR_DB,
                    "%s: %llu given twice, %llu lead nowhere, %llu of another kind are left out, "
                    "first '%s' (%zu %s)",
                    f->path, (unsigned long long)f->duplicates, (unsigned long long)f->dangling,
                    (unsigned long long)f->foreign, f->sample, faults,
                    drc_fmt_noun((int64_t)faults, "file", "files"));
    say(t, "usage graph", &err, only_warn, "sql/graph");
    drc_db_close(facts);
}

static void check_files(struct tally *t)
{
    struct drc_err err = DRC_ERR_INIT;
    const char *home = drc_conf_home(&err), *facts = drc_conf_str("DRC_FACTS_DB");
    say(t, "files", &err, false, home == NULL ? "" : home);
    if (home == NULL)
        return;
    struct drc_err db = DRC_ERR_INIT;
    drc_build_check(home, facts, &db);
    say(t, "facts", &db, false, facts);
    if (db.code != DRC_OK)
        return;
    struct drc_err snap_err = DRC_ERR_INIT;
    struct drc_snapshot *snap = drc_snapshot_load(home, facts, &snap_err);
    say(t, "reports, chips", &snap_err, false, "every file loads");
    if (snap != NULL) {
        struct drc_err theme = DRC_ERR_INIT;
        drc_snapshot_theme(snap, &theme);
        say(t, "chart theme", &theme, false, "charts/theme.conf");
        check_graph(t, snap, facts);
    }
    drc_snapshot_free(snap);
}

static void check_fonts(struct tally *t)
{
    struct drc_err err = DRC_ERR_INIT;
    drc_raster_check_fonts("Inter, DejaVu Sans, sans-serif", &err);
    say(t, "fonts", &err, false, "Inter, DejaVu Sans");
}

static void check_stores(struct tally *t)
{
    struct drc_err state = DRC_ERR_INIT, inbox = DRC_ERR_INIT;
    const char *home = drc_conf_home(NULL);
    if (home == NULL)
        return;
    if (access(drc_conf_str("DRC_STATE_DB"), F_OK) == 0)
        drc_db_close(drc_store_open(drc_conf_str("DRC_STATE_DB"), home, &state));
    say(t, "state", &state, false, drc_conf_str("DRC_STATE_DB"));
    if (access(drc_conf_str("DRC_INBOX_DB"), F_OK) == 0)
        drc_inbox_close(drc_inbox_open(drc_conf_str("DRC_INBOX_DB"), &inbox));
    say(t, "inbox", &inbox, false, drc_conf_str("DRC_INBOX_DB"));
}

static void check_port(struct tally *t)
{
    struct drc_err err = DRC_ERR_INIT;
    struct sockaddr_in sa = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)drc_conf_int("DRC_PORT"))};
    sa.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&sa, sizeof sa) == 0)
        drc_err_set(&err, DRC_ERR_CONFIG,
                    "something answers on port %d: drc itself, or set DRC_PORT to another one",
                    drc_conf_int("DRC_PORT"));
    if (fd >= 0)
        close(fd);
    say(t, "port", &err, true, "free");
}

static void check_slack(struct tally *t)
{
    struct drc_err err = DRC_ERR_INIT;
    struct drc_slack_self self = {0};
    const char *bot = drc_conf_str("SLACK_BOT_TOKEN"), *app = drc_conf_str("SLACK_APP_TOKEN");
    if (bot == NULL || app == NULL) {
        drc_err_set(
            &err, DRC_ERR_CONFIG,
            "%s is not set: `drc serve --local` works without; README says how to connect Slack",
            bot == NULL ? "SLACK_BOT_TOKEN" : "SLACK_APP_TOKEN");
        say(t, "Slack tokens", &err, true, "");
        return;
    }
    if (strncmp(app, "xapp-", 5) != 0)
        drc_err_set(&err, DRC_ERR_CONFIG, "SLACK_APP_TOKEN does not start with xapp-");
    say(t, "Slack app token", &err, false, "xapp-");
    struct drc_err auth = DRC_ERR_INIT;
    struct drc_arena *a = drc_arena_new();
    if (drc_http_global_init(&auth) == 0) {
        struct drc_http *http = drc_http_new(drc_conf_str("DRC_CA_FILE"));
        struct drc_slack_budget *budget = drc_slack_budget_new();
        struct drc_slack_api api = {http, budget, drc_conf_str("SLACK_API_URL"), bot, 0};
        drc_slack_auth_test(&api, a, &self, &auth);
        drc_slack_budget_free(budget);
        drc_http_free(http);
    }
    say(t, "Slack bot token", &auth, false, self.team);
    drc_arena_free(a);
}

static void check_model(struct tally *t)
{
    struct drc_llm llm;
    struct drc_err err = DRC_ERR_INIT;
    struct drc_arena *a = drc_arena_new();
    int rc = drc_llm_configured(&llm, &err);
    say(t, "model", &err, false,
        rc == 0 ? drc_llm_describe(a, &llm) : "none: commentary comes from templates");
    drc_arena_free(a);
}

static int run(int argc, char **argv, struct drc_err *err)
{
    struct tally t = {0, 0};
    if (cli_flag(argc, argv, "--env-example")) {
        drc_conf_write_example(stdout);
        return 0;
    }
    if (cli_no_more_options(argc, argv, err) < 0)
        return -1;
    check_settings();
    puts("\nChecks");
    check_files(&t);
    check_fonts(&t);
    check_stores(&t);
    check_port(&t);
    check_slack(&t);
    check_model(&t);
    printf("\n%s\n", t.bad > 0      ? "Something must be mended: see FAILED above."
                     : t.warned > 0 ? "drc can run; see the warnings above."
                                    : "Everything is in order.");
    return t.bad > 0 ? drc_err_exit_status(DRC_ERR_CONFIG) : 0;
}

const struct cli_command cli_doctor = {"doctor", "[--env-example]",
                                       "Checks settings, files, facts, fonts, state, port, Slack "
                                       "tokens and model, and says what to do.\n\n"
                                       "  --env-example  prints the text of .env.example\n",
                                       run};
