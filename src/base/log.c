#include "drc/log.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "drc/buf.h"
#include "drc/clock.h"

#define LINE_MAX_BYTES 4096
#define SECRET_MAX_BYTES 4096 /* room behind a line, so that no secret is cut before it is masked */
#define SECRETS_MAX 64

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char *secrets[SECRETS_MAX];
static size_t secret_count;
static _Atomic int lowest_level = DRC_LOG_INFO;

void drc_log_level_set(enum drc_log_level lowest)
{
    lowest_level = (int)lowest;
}

void drc_log_secret(const char *value)
{
    if (value == NULL || strlen(value) < 6)
        return;
    pthread_mutex_lock(&lock);
    bool known = false;
    for (size_t i = 0; i < secret_count; i++)
        known = known || strcmp(secrets[i], value) == 0;
    size_t at = secret_count; /* the longest first: one may be the beginning of another */
    if (!known && secret_count < SECRETS_MAX) {
        for (; at > 0 && strlen(secrets[at - 1]) < strlen(value); at--)
            secrets[at] = secrets[at - 1];
        secrets[at] = strdup(value);
        if (secrets[at] == NULL)
            abort();
        secret_count++;
    }
    pthread_mutex_unlock(&lock);
}

/* Replaces every secret in text[0..len) by ***; the text only gets shorter. Lock held. */
static void mask(char *text)
{
    for (size_t i = 0; i < secret_count; i++) {
        size_t n = strlen(secrets[i]);
        for (char *hit = text; (hit = strstr(hit, secrets[i])) != NULL; hit += 3) {
            memcpy(hit, "***", 3);
            memmove(hit + 3, hit + n, strlen(hit + n) + 1);
        }
    }
}

char *drc_log_masked(const char *text)
{
    char *copy = strdup(text == NULL ? "" : text);
    if (copy == NULL)
        abort();
    pthread_mutex_lock(&lock);
    mask(copy);
    pthread_mutex_unlock(&lock);
    return copy;
}

/* One event is one line, whatever a name or an error text holds. */
static void escape_controls(char *text)
{
    for (char *p = text; *p != '\0'; p++)
        if ((unsigned char)*p < 0x20 || *p == 0x7f)
            *p = ' ';
}

void drc_log(enum drc_log_level level, const char *event, const char *fmt, ...)
{
    static const char *const names[] = {"debug", "info", "warn", "error"};
    if ((int)level < lowest_level)
        return;
    char line[LINE_MAX_BYTES + SECRET_MAX_BYTES], stamp[25];
    int n = snprintf(line, sizeof line, "%s %s %s ", drc_time_iso(drc_clock_wall_ms(), stamp),
                     names[level], event);
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(line + n, sizeof line - (size_t)n - 1, fmt, ap);
    va_end(ap);
    escape_controls(line);
    pthread_mutex_lock(&lock);
    mask(line);
    size_t len = strnlen(line, LINE_MAX_BYTES - 1);
    line[len++] = '\n';
    ssize_t done = write(STDERR_FILENO, line, len);
    (void)done; /* nowhere left to report a failed log line */
    pthread_mutex_unlock(&lock);
}
