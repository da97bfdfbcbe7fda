#include "drc/conf.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "drc/log.h"

const struct drc_conf_option drc_conf_options[] = {
    {"SLACK_BOT_TOKEN", DRC_CONF_STRING, NULL, true, 0, 0,
     "bot token of your Slack app (xoxb-...)"},
    {"SLACK_APP_TOKEN", DRC_CONF_STRING, NULL, true, 0, 0,
     "app-level token with connections:write (xapp-...)"},
    {"SLACK_API_URL", DRC_CONF_STRING, "https://slack.com/api/", false, 0, 0,
     "Web API address; http:// is accepted for a loopback host"},
    {"DRC_CA_FILE", DRC_CONF_STRING, NULL, false, 0, 0,
     "certificate authorities (PEM) for every TLS connection; unset: the system's"},
    {"DRC_HOME", DRC_CONF_STRING, NULL, false, 0, 0,
     "folder with sql/, prompts/ and charts/; unset: found by itself"},
    {"DRC_FACTS_DB", DRC_CONF_STRING, "data/usage_rag_data.db", false, 0, 0,
     "facts: usage, cost, runs (read only)"},
    {"DRC_STATE_DB", DRC_CONF_STRING, "data/drc_state.db", false, 0, 0,
     "what drc has posted: report runs, answers"},
    {"DRC_RETENTION_DAYS", DRC_CONF_INT, "90", false, 0, 3650,
     "days that report runs, answers and texts of models are kept; 0: for ever"},
    {"DRC_INBOX_DB", DRC_CONF_STRING, "data/drc_inbox.db", false, 0, 0,
     "durable inbox of Slack envelopes"},
    {"DRC_INDEX_DIR", DRC_CONF_STRING, "data", false, 0, 0,
     "folder of the search indexes that `make index` builds"},
    {"DRC_PORT", DRC_CONF_INT, "8501", false, 0, 65535,
     "port of the local Slack and its page; 0: any free one"},
    {"DRC_CRAWL_DELAY_MS", DRC_CONF_INT, "750", false, 0, 600000,
     "pause between two requests of `drc docs crawl`, milliseconds; robots.txt may ask for more"},
    {"DRC_LOG_LEVEL", DRC_CONF_STRING, "info", false, 0, 0, "debug, info, warn or error"},
    {"DRC_ADMINS", DRC_CONF_STRING, NULL, false, 0, 0,
     "user ids, parted by commas, that see what a model wrote and may delete anybody's answer"},
    {"WORKERS", DRC_CONF_INT, "12", false, 0, 64, "worker threads; 0 runs everything inline"},
    {"DIGEST_LATE_HOURS", DRC_CONF_INT, "24", false, 1, 168,
     "a digest that could not be sent when it was due is sent late up to so many hours, then "
     "skipped"},
    {"DIGEST_TICK_MS", DRC_CONF_INT, "5000", false, 100, 60000,
     "how often the schedule of digests is looked at, milliseconds"},
    {"LLM_PROVIDER", DRC_CONF_STRING, "none", false, 0, 0,
     "none, openai (any OpenAI-compatible endpoint), anthropic or gemini"},
    {"LLM_BASE_URL", DRC_CONF_STRING, NULL, false, 0, 0,
     "address of the endpoint up to /v1 or its like; unset: the provider's own"},
    {"LLM_MODEL", DRC_CONF_STRING, NULL, false, 0, 0, "name of the model at that endpoint"},
    {"LLM_API_KEY", DRC_CONF_STRING, NULL, true, 0, 0,
     "key of the endpoint; unset: OPENAI_API_KEY, ANTHROPIC_API_KEY or GEMINI_API_KEY"},
    {"OPENAI_API_KEY", DRC_CONF_STRING, NULL, true, 0, 0, "used by the provider openai"},
    {"ANTHROPIC_API_KEY", DRC_CONF_STRING, NULL, true, 0, 0, "used by the provider anthropic"},
    {"GEMINI_API_KEY", DRC_CONF_STRING, NULL, true, 0, 0, "used by the provider gemini"},
    {"LLM_KEY_HEADER", DRC_CONF_STRING, NULL, false, 0, 0,
     "header that carries the key, such as api-key; unset: the provider's own"},
    {"LLM_PROXY", DRC_CONF_STRING, NULL, false, 0, 0,
     "proxy for model calls, http://host:port; unset: https_proxy of the environment"},
    {"LLM_STREAM", DRC_CONF_BOOL, "1", false, 0, 0,
     "1: answers come as a stream, so that a silent endpoint is noticed early; 0: in one piece"},
    {"LLM_SCHEMA", DRC_CONF_STRING, NULL, false, 0, 0,
     "how an answer is held to a form: json_schema, json_object or none; unset: the provider's "
     "own"},
    {"LLM_CONCURRENCY", DRC_CONF_INT, "8", false, 1, 64, "model calls at once"},
    {"LLM_TIMEOUT_S", DRC_CONF_INT, "90", false, 1, 600,
     "longest wait for one model answer, repeated tries included, seconds"},
    {"LLM_SILENCE_S", DRC_CONF_INT, "30", false, 1, 600,
     "longest silence of a stream, before its first byte and within it, seconds"},
    {"LLM_RETRIES", DRC_CONF_INT, "2", false, 0, 5,
     "tries after the first where the endpoint is busy or a connection breaks"},
    {"LLM_ANSWER_TOKENS", DRC_CONF_INT, "4000", false, 100, 100000,
     "longest answer in tokens, thoughts of the model included"},
    {"LLM_USER_TOKENS_PER_DAY", DRC_CONF_INT, "200000", false, 0, 1000000000,
     "tokens that one person's questions may use in a day (UTC); 0: any number"},
    {"LLM_USD_PER_MONTH", DRC_CONF_INT, "0", false, 0, 1000000,
     "US dollars that all model calls of a month (UTC) may cost; needs a price in "
     "prompts/models.conf; 0: no limit"},
    {"LLM_CACHE_HOURS", DRC_CONF_INT, "168", false, 0, 8760,
     "how long an answer to the very same prompt is used again; 0: never"},
    {"LLM_SEND_SQL", DRC_CONF_BOOL, NULL, false, 0, 0,
     "1: SQL text may go into prompts and to EMBED_BASE_URL; 0: never, it is said to be withheld; "
     "unset: only to an endpoint on this machine (localhost, 127.x, ::1), so set 0 where that one hands prompts "
     "on"},
    {"LLM_SEND_ERRORS", DRC_CONF_BOOL, NULL, false, 0, 0,
     "the same for error text and messages of the cloud"},
    {"LLM_SEND_PEOPLE", DRC_CONF_BOOL, NULL, false, 0, 0,
     "the same for names and e-mail addresses of people; without them a prompt says U1, U2, ... "
     "and "
     "drc puts the names back into the answer"},
    {"EMBED_PROVIDER", DRC_CONF_STRING, "embedded", false, 0, 0,
     "vectors of texts: embedded (all-MiniLM-L6-v2, in this process), openai (any "
     "OpenAI-compatible endpoint), ollama, or none (search by words only)"},
    {"EMBED_MODEL_FILE", DRC_CONF_STRING, "data/models/minilm-l6-v2.q8", false, 0, 0,
     "weights of the embedded model; `make model` makes them"},
    {"EMBED_BASE_URL", DRC_CONF_STRING, NULL, false, 0, 0,
     "address of the endpoint: up to /v1 for openai, http://127.0.0.1:11434 for ollama"},
    {"EMBED_MODEL", DRC_CONF_STRING, NULL, false, 0, 0, "name of the model at that endpoint"},
    {"EMBED_API_KEY", DRC_CONF_STRING, NULL, true, 0, 0, "key of that endpoint, if it wants one"},
    {"EMBED_DIM", DRC_CONF_INT, "0", false, 0, 8192,
     "numbers in a vector of that model; 0: as many as it sends"},
    {"EMBED_PREFIX_QUERY", DRC_CONF_STRING, NULL, false, 0, 0,
     "put before each question, as some models want, e.g. \"query: \""},
    {"EMBED_PREFIX_PASSAGE", DRC_CONF_STRING, NULL, false, 0, 0,
     "put before each passage, e.g. \"passage: \""},
    {"EMBED_TIMEOUT_S", DRC_CONF_INT, "30", false, 1, 600,
     "longest wait for one batch of vectors, seconds"},
    {NULL, DRC_CONF_STRING, NULL, false, 0, 0, NULL},
};

enum { OPTIONS = sizeof drc_conf_options / sizeof *drc_conf_options - 1 };

static struct {
    char *value;
    const char *source;
} values[OPTIONS];
static char home[PATH_MAX];

static int index_of(const char *name)
{
    for (int i = 0; i < OPTIONS; i++)
        if (strcmp(drc_conf_options[i].name, name) == 0)
            return i;
    return -1;
}

static int must_index(const char *name)
{
    int i = index_of(name);
    if (i < 0) {
        fprintf(stderr, "drc: no such option in the table: %s\n", name);
        abort();
    }
    return i;
}

static void assign(int i, const char *value, const char *source)
{
    free(values[i].value);
    values[i].value = value == NULL ? NULL : strdup(value);
    values[i].source = source;
    if (drc_conf_options[i].secret)
        drc_log_secret(value);
}

static int check(int i, struct drc_err *err)
{
    const struct drc_conf_option *o = &drc_conf_options[i];
    if (o->type != DRC_CONF_INT || values[i].value == NULL)
        return 0;
    char *end;
    errno = 0;
    long n = strtol(values[i].value, &end, 10);
    if (errno != 0 || *values[i].value == '\0' || *end != '\0' || n < o->min || n > o->max)
        return drc_err_set(err, DRC_ERR_CONFIG, "%s is '%.40s': expected a number from %d to %d",
                           o->name, values[i].value, o->min, o->max);
    return 0;
}

/* One line of .env: NAME=value, optional `export `, optional quotes around the value, # comments.
 */
static int take_line(const char *path, int number, char *line, struct drc_err *err)
{
    line += strspn(line, " \t");
    if (strncmp(line, "export ", 7) == 0)
        line += 7;
    if (*line == '\0' || *line == '#')
        return 0;
    char *eq = strchr(line, '=');
    if (eq == NULL)
        return drc_err_set(err, DRC_ERR_CONFIG, "%s:%d: expected NAME=value", path, number);
    *eq = '\0';
    char *name = line, *value = eq + 1;
    for (char *end = eq; end > name && (end[-1] == ' ' || end[-1] == '\t'); end--)
        end[-1] = '\0';
    value += strspn(value, " \t");
    size_t n = strlen(value);
    while (n > 0 && strchr(" \t\r", value[n - 1]) != NULL)
        value[--n] = '\0';
    if (n >= 2 && (*value == '"' || *value == '\'') && value[n - 1] == *value) {
        value[n - 1] = '\0';
        value++;
    }
    size_t len = strlen(name);
    bool is_file = len > 5 && strcmp(name + len - 5, "_FILE") == 0 && index_of(name) < 0;
    if (is_file) { /* NAME_FILE works the same from here as from the environment */
        setenv(name, value, 0);
        return 0;
    }
    int i = index_of(name);
    if (i < 0)
        return drc_err_set(err, DRC_ERR_CONFIG, "%s:%d: unknown setting '%.60s'; see .env.example",
                           path, number, name);
    if (*value != '\0' && values[i].source == NULL)
        assign(i, value, ".env");
    return 0;
}

static int load_file(const char *path, struct drc_err *err)
{
    FILE *f = fopen(path, "r");
    if (f == NULL)
        return errno == ENOENT ? 0
                               : drc_err_set(err, DRC_ERR_CONFIG, "%s cannot be read: %s", path,
                                             strerror(errno));
    char line[8192];
    int rc = 0, number = 0;
    while (rc == 0 && fgets(line, sizeof line, f) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        rc = take_line(path, ++number, line, err);
    }
    fclose(f);
    return rc;
}

static int load_secret_file(int i, struct drc_err *err)
{
    char name[80], value[4096];
    snprintf(name, sizeof name, "%s_FILE", drc_conf_options[i].name);
    const char *path = getenv(name);
    if (path == NULL || *path == '\0' || values[i].source != NULL)
        return 0;
    FILE *f = fopen(path, "r");
    if (f == NULL)
        return drc_err_set(err, DRC_ERR_CONFIG, "%s: %s cannot be read: %s", name, path,
                           strerror(errno));
    size_t n = fread(value, 1, sizeof value - 1, f);
    fclose(f);
    value[n] = '\0';
    value[strcspn(value, "\r\n")] = '\0';
    assign(i, value, "file");
    return 0;
}

int drc_conf_load(const char *env_path, struct drc_err *err)
{
    for (int i = 0; i < OPTIONS; i++) {
        const char *v = getenv(drc_conf_options[i].name);
        assign(i, NULL, NULL);
        if (v != NULL && *v != '\0')
            assign(i, v, "environment");
    }
    const char *skip = getenv("DRC_NO_DOTENV");
    if (env_path != NULL && (skip == NULL || strcmp(skip, "1") != 0) &&
        load_file(env_path, err) < 0)
        return -1;
    for (int i = 0; i < OPTIONS; i++) {
        if (drc_conf_options[i].secret && load_secret_file(i, err) < 0)
            return -1;
        if (values[i].source == NULL)
            assign(i, drc_conf_options[i].dflt,
                   drc_conf_options[i].dflt == NULL ? "unset" : "default");
        if (check(i, err) < 0)
            return -1;
    }
    return 0;
}

const char *drc_conf_str(const char *name)
{
    return values[must_index(name)].value;
}

int drc_conf_int(const char *name)
{
    const char *v = values[must_index(name)].value;
    return v == NULL ? 0 : (int)strtol(v, NULL, 10);
}

bool drc_conf_lists(const char *name, const char *word)
{
    const char *list = drc_conf_str(name);
    size_t bytes = strlen(word);
    while (list != NULL && *list != '\0' && bytes > 0) {
        list += strspn(list, ", \t");
        size_t n = strcspn(list, ", \t");
        if (n == bytes && strncmp(list, word, n) == 0)
            return true;
        list += n;
    }
    return false;
}

bool drc_conf_bool(const char *name)
{
    const char *v = values[must_index(name)].value;
    return v != NULL && (strcmp(v, "1") == 0 || strcmp(v, "true") == 0 || strcmp(v, "yes") == 0);
}

const char *drc_conf_source(const char *name)
{
    const char *s = values[must_index(name)].source;
    return s == NULL ? "unset" : s;
}

void drc_conf_set(const char *name, const char *value)
{
    assign(must_index(name), value, "command line");
}

static bool has_reports(const char *dir)
{
    char path[PATH_MAX];
    int n = snprintf(path, sizeof path, "%s/sql/reports", dir);
    return n > 0 && (size_t)n < sizeof path && access(path, R_OK) == 0;
}

const char *drc_conf_home(struct drc_err *err)
{
    const char *set = drc_conf_str("DRC_HOME");
    if (set != NULL) {
        if (has_reports(set))
            return set;
        drc_err_set(err, DRC_ERR_CONFIG, "DRC_HOME is '%.200s', which has no sql/reports", set);
        return NULL;
    }
    if (has_reports("."))
        return ".";
    ssize_t n = readlink("/proc/self/exe", home, sizeof home - 1);
    while (n > 0) {
        home[n] = '\0';
        char *slash = strrchr(home, '/');
        if (slash == NULL || slash == home)
            break;
        *slash = '\0';
        n = slash - home;
        if (has_reports(home))
            return home;
    }
    drc_err_set(err, DRC_ERR_CONFIG,
                "sql/reports was not found here nor beside the program: set DRC_HOME");
    return NULL;
}

void drc_conf_write_example(FILE *out)
{
    fputs("# Settings of drc. Copy to .env and fill in; the environment goes before this file.\n"
          "# A secret may also come from a file: NAME_FILE=/path. Made from the option table in "
          "src/base/conf.c.\n",
          out);
    for (int i = 0; i < OPTIONS; i++)
        fprintf(out, "\n# %s\n%s%s=%s\n", drc_conf_options[i].help, "# ", drc_conf_options[i].name,
                drc_conf_options[i].dflt == NULL ? "" : drc_conf_options[i].dflt);
}
