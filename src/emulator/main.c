/* `drc emulator`: options, start, stop. */
#include <getopt.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "drc/clock.h"
#include "drc/digest.h"
#include "drc/emulator.h"
#include "drc/file.h"
#include "drc/log.h"
#include "emulator/emulator.h"

#define DEFAULT_PORT 8501
#define DEFAULT_FILE_DELAY_MS 400
#define GOODBYE_MS 250 /* for the close frames */

static int number(const char *text, int max, struct drc_err *err)
{
    char *end;
    long n = strtol(text, &end, 10);
    if (end == text || *end != '\0' || n < 0 || n > max)
        return drc_err_set(err, DRC_ERR_INPUT, "\"%s\" is not a number from 0 to %d", text, max);
    return (int)n;
}

static int read_options(int argc, char **argv, struct emu_options *o, struct drc_err *err)
{
    static const struct option table[] = {
        {"port", required_argument, NULL, 'p'},
        {"state", required_argument, NULL, 's'},
        {"token-file", required_argument, NULL, 't'},
        {"port-file", required_argument, NULL, 'P'},
        {"rate-limits", no_argument, NULL, 'r'},
        {"file-delay-ms", required_argument, NULL, 'd'},
        {"sample", no_argument, NULL, 'S'},
        {"with-parent", no_argument, NULL, 'w'},
        {"scopes", required_argument, NULL, 'c'},
        {NULL, 0, NULL, 0},
    };
    *o = (struct emu_options){.port = DEFAULT_PORT,
                              .file_delay_ms = DEFAULT_FILE_DELAY_MS,
                              .state_path = "data/slack_state.json"};
    opterr = 0;
    optind = 0; /* the caller may have parsed options already: start over */
    for (int c; (c = getopt_long(argc, argv, "", table, NULL)) != -1;) {
        switch (c) {
        case 'p':
            o->port = number(optarg, 65535, err);
            break;
        case 'd':
            o->file_delay_ms = number(optarg, 600000, err);
            break;
        case 's':
            o->state_path = optarg;
            break;
        case 't':
            o->token_file = optarg;
            break;
        case 'P':
            o->port_file = optarg;
            break;
        case 'r':
            o->rate_limits = true;
            break;
        case 'S':
            o->sample = true;
            break;
        case 'w':
            o->with_parent = true;
            break;
        case 'c':
            o->scopes = optarg;
            break;
        default:
            return drc_err_set(err, DRC_ERR_INPUT,
                               "%s is unknown or lacks its value; see drc emulator --help",
                               argv[optind - 1]);
        }
        if (o->port < 0 || o->file_delay_ms < 0)
            return -1;
    }
    if (optind < argc)
        return drc_err_set(err, DRC_ERR_INPUT, "\"%s\" is not an option of drc emulator",
                           argv[optind]);
    return 0;
}

/* ---- signals: a thread waits for them, the loop never sees an interrupted call ------------ */

static void *wait_for_signal(void *user)
{
    sigset_t set;
    int got = 0;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGUSR2); /* our own: the loop has ended by itself */
    while (sigwait(&set, &got) != 0)
        continue;
    drc_loop_stop(user);
    return NULL;
}

static void block_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGUSR2);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
}

/* ---- start and stop ----------------------------------------------------------------------- */

static int write_secret(const char *path, const char *text, struct drc_err *err)
{
    mode_t old = umask(077);
    int failed = drc_file_write(path, text, strlen(text), err);
    umask(old);
    return failed ? -1 : chmod(path, 0600);
}

static int announce(struct emu *e, struct drc_err *err)
{
    char port[16];
    snprintf(port, sizeof port, "%d\n", e->port);
    if (e->opt.token_file != NULL && write_secret(e->opt.token_file, e->admin_token, err) < 0)
        return drc_err_set(err, DRC_ERR_CONFIG, "the token file cannot be written");
    if (e->opt.port_file != NULL && drc_file_write(e->opt.port_file, port, strlen(port), err) < 0)
        return -1;
    drc_log(DRC_LOG_INFO, "emulator.ready", "url=http://localhost:%d state=%s", e->port,
            e->opt.state_path);
    return 0;
}

static int start(struct emu *e, struct drc_err *err)
{
    static const int64_t delays_ms[3] = {0, 60000, 300000};
    memcpy(e->redeliver_ms, delays_ms, sizeof delays_ms);
    drc_random_hex(24, e->admin_token);
    drc_random_hex(24, e->cookie);
    drc_log_secret(e->admin_token);
    e->started_ms = drc_clock_mono_us() / 1000;
    e->log_fd = -1;
    emu_state_init(e);
    if (e->opt.scopes != NULL)
        snprintf(e->scopes, sizeof e->scopes, "%s", e->opt.scopes);
    e->envs = drc_map_new();
    e->method_counts = drc_map_new();
    e->buckets = drc_map_new();
    e->statuses = drc_map_new();
    e->loop = drc_loop_new(NULL, err);
    if (e->loop == NULL)
        return -1;
    if (drc_server_listen(e->loop, e->opt.port, EMU_BODY_MAX_BYTES + 65536, &emu_server_events, e,
                          &e->port, err) < 0)
        return -1;
    snprintf(e->host, sizeof e->host, "127.0.0.1:%d", e->port);
    if (emu_store_open(e, err) < 0)
        return -1;
    emu_file_resume(e);
    return announce(e, err);
}

struct goodbye {
    struct emu *e;
    struct drc_timer *timer;
    int64_t until_us;
};

static void goodbye_due(void *user)
{
    struct goodbye *g = user;
    bool all_left = g->e->conns == NULL && g->e->pages == NULL;
    if (all_left || drc_clock_mono_us() > g->until_us)
        drc_loop_stop(g->e->loop);
    else
        drc_timer_set(g->timer, 5);
}

/* State first, then close frames; whoever does not answer in time is dropped. */
static void say_goodbye(struct emu *e)
{
    emu_store_flush(e);
    emu_sm_close_all(e);
    emu_ui_close_all(e);
    struct goodbye g = {.e = e, .until_us = drc_clock_mono_us() + GOODBYE_MS * 1000};
    g.timer = drc_timer_new(e->loop, goodbye_due, &g);
    drc_timer_set(g.timer, 0);
    drc_loop_run(e->loop);
    drc_timer_free(g.timer);
}

static void finish(struct emu *e)
{
    if (e->loop != NULL)
        emu_store_close(e);
    if (e->envs != NULL)
        emu_envelopes_free(e);
    emu_statuses_free(e);
    if (e->files != NULL)
        emu_state_free(e);
    drc_loop_free(e->loop); /* closes what is left: the close callbacks still need e */
    drc_map_free(e->method_counts, NULL);
    drc_map_free(e->buckets, free);
    for (size_t i = 0; i < EMU_WIRE_MAX; i++)
        free(e->wire[i].text);
    free(e);
}

static int follow_parent(pid_t parent, struct drc_err *err)
{
    if (prctl(PR_SET_PDEATHSIG, SIGTERM) < 0)
        return drc_err_set(err, DRC_ERR_CONFIG, "--with-parent is not available here");
    return getppid() == parent ? 0
                               : drc_err_set(err, DRC_ERR_CONFIG, "the parent process has ended");
}

int drc_emulator_main(int argc, char **argv)
{
    struct drc_err err = DRC_ERR_INIT;
    pid_t parent = getppid();
    struct emu *e = calloc(1, sizeof *e);
    if (e == NULL)
        abort();
    block_signals();
    int failed = read_options(argc, argv, &e->opt, &err);
    if (!failed && e->opt.with_parent)
        failed = follow_parent(parent, &err);
    if (!failed)
        failed = start(e, &err);
    if (!failed) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, wait_for_signal, e->loop) != 0)
            abort();
        drc_loop_run(e->loop);
        pthread_kill(thread, SIGUSR2);
        pthread_join(thread, NULL);
        say_goodbye(e);
    }
    finish(e);
    if (!failed)
        return 0;
    fprintf(stderr, "drc emulator: %s\n", err.msg);
    return drc_err_exit_status(err.code);
}
