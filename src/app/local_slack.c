#include "local_slack.h"

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "drc/clock.h"
#include "drc/conf.h"
#include "drc/file.h"
#include "drc/log.h"

#define READY_WAIT_MS 10000

struct places {
    char state[PATH_MAX], token[PATH_MAX], port[PATH_MAX];
};

/* Beside the state database, so that two instances with their own data do not meet. */
static void make_places(struct places *p)
{
    char dir[PATH_MAX - 64];
    snprintf(dir, sizeof dir, "%s", drc_conf_str("DRC_STATE_DB"));
    char *slash = strrchr(dir, '/');
    if (slash != NULL)
        *slash = '\0';
    else
        snprintf(dir, sizeof dir, ".");
    snprintf(p->state, sizeof p->state, "%s/slack_state.json", dir);
    snprintf(p->token, sizeof p->token, "%s/slack_admin.token", dir);
    snprintf(p->port, sizeof p->port, "%s/slack_port", dir);
}

static void run_child(const char *self_path, const struct places *p)
{
    char port[16];
    sigset_t none;
    snprintf(port, sizeof port, "%d", drc_conf_int("DRC_PORT"));
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    setpgid(0, 0); /* Ctrl-C goes to the bot, which ends us after its own close */
    execl(self_path, "drc", "emulator", "--port", port, "--state", p->state, "--token-file",
          p->token, "--port-file", p->port, "--sample", "--with-parent", (char *)NULL);
    _exit(127);
}

static int read_port(const char *path)
{
    char text[16] = "";
    FILE *f = fopen(path, "r");
    if (f == NULL)
        return 0;
    size_t n = fread(text, 1, sizeof text - 1, f);
    fclose(f);
    return n == 0 ? 0 : (int)strtol(text, NULL, 10);
}

static int wait_ready(struct local_slack *l, const char *port_file, struct drc_err *err)
{
    for (int waited = 0; waited < READY_WAIT_MS; waited += 5) {
        int port = read_port(port_file), status;
        if (port > 0)
            return port;
        if (waitpid(l->pid, &status, WNOHANG) == l->pid) {
            l->pid = -1;
            return drc_err_set(
                err, DRC_ERR_CONFIG,
                "the local Slack ended at once; is port %d in use? Set DRC_PORT to another one",
                drc_conf_int("DRC_PORT"));
        }
        drc_clock_sleep_ms(5);
    }
    return drc_err_set(err, DRC_ERR_TIMEOUT, "the local Slack did not start within %d s",
                       READY_WAIT_MS / 1000);
}

int local_slack_start(const char *self_path, struct local_slack *out, struct drc_err *err)
{
    struct places p;
    char url[64], dir[PATH_MAX];
    make_places(&p);
    snprintf(dir, sizeof dir, "%s", p.state);
    *strrchr(dir, '/') = '\0';
    if (drc_file_mkdirs(dir, err) < 0)
        return -1;
    unlink(p.port);
    out->pid = fork();
    if (out->pid < 0)
        return drc_err_set(err, DRC_ERR_CONFIG, "the local Slack cannot be started");
    if (out->pid == 0)
        run_child(self_path, &p);
    int port = wait_ready(out, p.port, err);
    if (port < 0)
        return -1;
    snprintf(url, sizeof url, "http://127.0.0.1:%d/api/", port);
    drc_conf_set("SLACK_API_URL", url);
    drc_conf_set("SLACK_BOT_TOKEN", "xoxb-local-drc");
    drc_conf_set("SLACK_APP_TOKEN", "xapp-local-drc");
    if (drc_conf_str("DRC_ADMINS") == NULL) /* the person whom the page opens with */
        drc_conf_set("DRC_ADMINS", "U0ALICE01");
    drc_log(DRC_LOG_INFO, "local_slack", "page=http://localhost:%d pid=%d", port, (int)out->pid);
    return 0;
}

void local_slack_stop(struct local_slack *l)
{
    if (l->pid <= 0)
        return;
    kill(l->pid, SIGTERM);
    for (int waited = 0; waited < 3000; waited += 10) {
        if (waitpid(l->pid, NULL, WNOHANG) == l->pid)
            return;
        drc_clock_sleep_ms(10);
    }
    kill(l->pid, SIGKILL);
    waitpid(l->pid, NULL, 0);
}
