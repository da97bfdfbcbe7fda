/* A text becomes lower-case words with one blank around each, so that a phrase is found by its
 * words alone. A phrase that ends in "*" also fits longer words. */
#include "drc/routing.h"

#include <ctype.h>
#include <string.h>

#define TEXT_MAX_BYTES 4096u

/* A question that the documentation answers is this near to its best passage, by meaning or by the
 * share of its words. Chosen on the cases marked `tune`. */
#define NEAR_COSINE 0.36
#define NEAR_OVERLAP 0.6
/* A symptom of an entity brings pages along only where one fits well. */
#define CLOSE_COSINE 0.5

/* Somebody talks to the machinery, not to drc. */
static const char *const orders_to_model[] = {
    "ignore all",      "ignore your",       "ignore the rules",
    "ignore previous", "ignore every",      "disregard",
    "forget what",     "forget your",       "forget all",
    "system prompt",   "your prompt",       "every prompt",
    "all prompts",     "your instructions", "you are now",
    "you are a",       "pretend",           "act as",
    "jailbreak",       "api key",           "api keys",
    "password",        "passwords",         "slack token",
    "your token",      "bot token",         "your configuration",
    "your secrets",    "your env",          "developer mode",
    "say that",        "repeat after",      NULL};

/* Small talk and the wide world. */
static const char *const chat[] = {
    "joke*",     "poem*",        "song*",        "story",        "weather",     "translate*",
    "recipe*",   "pizza",        "lunch",        "restaurant*",  "movie*",      "football",
    "world cup", "stock market", "politic*",     "election*",    "horoscope",   "meeting room",
    "holiday*",  "birthday",     "your opinion", "do you think", "do you like", "are you human",
    "fibonacci", "homework",     "essay",        "laptop",       NULL};

/* Products of others that take questions of the same form. */
static const char *const foreign[] = {
    "snowflake", "bigquery", "redshift", "synapse",       "kubernetes",       "pod",
    "k8s",       "airflow",  "jenkins",  "teradata",      "clickhouse",       "looker",
    "tableau",   "athena",   "emr",      "dataproc",      "docker compose",   "postgres",
    "mysql",     "oracle",   "mongodb",  "elasticsearch", "microsoft fabric", "starburst",
    NULL};
static const char *const ours[] = {"databricks", "spark", "delta", "unity catalog", "photon", NULL};

/* drc changes nothing; an order is not a question. */
static const char *const deeds[] = {"delete",    "restart", "stop",   "start",  "kill",
                                    "cancel",    "drop",    "rerun",  "create", "resize",
                                    "pause",     "disable", "run",    "edit",   "update",
                                    "terminate", "remove",  "deploy", NULL};
static const char *const sql_deeds[] = {
    "drop table", "delete from", "insert into", "truncate table", "alter table", "grant all", NULL};

/* It points at something that was named before. */
static const char *const pointers[] = {"this",        "that",       "these",         "those",
                                       "it",          "its",        "here",          "them",
                                       "they",        "the job",    "the run",       "the runs",
                                       "the cluster", "the report", "the warehouse", "the list",
                                       "the spike",   "the table",  "the pipeline",  "above",
                                       NULL};
/* Pointers that point at nothing; they are taken out before anything is looked for. */
static const char *const hollow[] = {"is it possible",
                                     "does it make sense",
                                     "how does it work",
                                     "that is",
                                     "it is possible",
                                     "by itself",
                                     NULL};

/* Figures of the facts. */
static const char *const figures[] = {"how much",
                                      "how many",
                                      "how often",
                                      "how long",
                                      "how far",
                                      "cost",
                                      "costs",
                                      "spend",
                                      "spends",
                                      "spent",
                                      "spending",
                                      "expensive",
                                      "dollars",
                                      "usd",
                                      "total",
                                      "share",
                                      "percent",
                                      "average",
                                      "median",
                                      "p50",
                                      "p90",
                                      "p95",
                                      "p99",
                                      "trend",
                                      "top",
                                      "most",
                                      "least",
                                      "usual",
                                      "usually",
                                      "normal range",
                                      "success rate",
                                      "failure rate",
                                      "runs per",
                                      "the last",
                                      "attempts",
                                      "evictions",
                                      "last run",
                                      "last eviction",
                                      "last failure",
                                      "duration*",
                                      "runtime",
                                      "week before",
                                      "yesterday",
                                      "last week",
                                      "last month",
                                      "this week",
                                      "this month",
                                      "since",
                                      "per day",
                                      "per week",
                                      "forecast",
                                      "wasted",
                                      "changed",
                                      "changes",
                                      "anything change",
                                      "mover*",
                                      "previous",
                                      "compare with",
                                      "compare to",
                                      "compared",
                                      "enabled",
                                      "turned on",
                                      "owns",
                                      "owner",
                                      "who runs",
                                      "history of",
                                      "savings",
                                      "january",
                                      "february",
                                      "march",
                                      "april",
                                      "june",
                                      "july",
                                      "august",
                                      "september",
                                      "october",
                                      "november",
                                      "december",
                                      NULL};

/* Something is wrong. */
static const char *const symptoms[] = {"fail*",      "error*",    "broke*",
                                       "crash*",     "slow*",     "spike*",
                                       "jump*",      "evict*",    "lost",
                                       "losing",     "lose",      "missing",
                                       "late",       "stuck",     "doubled",
                                       "tripled",    "went up",   "goes up",
                                       "going up",   "up",        "through the roof",
                                       "exploded",   "increase*", "higher",
                                       "drop*",      "down",      "out of memory",
                                       "oom",        "spill*",    "skew*",
                                       "retry loop", "timed out", "times out",
                                       "idle",       "hang*",     "dies",
                                       "died",       "dead",      "killed",
                                       "expensive",  "wrong",     "stale",
                                       "empty",      "unhealthy", "reclaim*",
                                       "denied",     NULL};
/* It asks for the cause of this case. */
static const char *const causes[] = {
    "why",      "what happened",   "what caused", "what broke",  "what changed",  "root cause",
    "how come", "what went wrong", "reason for",  "whats wrong", "what is wrong", NULL};
/* These ask for a cause without naming a symptom. */
static const char *const whole_causes[] = {"what happened", "what caused",   "what broke",
                                           "what changed",  "root cause",    "what went wrong",
                                           "whats wrong",   "what is wrong", NULL};
/* It asks what to do about it. */
static const char *const remedies[] = {"what do i do",
                                       "what do we do",
                                       "what to do",
                                       "what should i do",
                                       "what should we do",
                                       "do about",
                                       "what now",
                                       "help",
                                       "fix*",
                                       "runbook*",
                                       "playbook",
                                       "steps",
                                       "next step",
                                       "on call",
                                       "how do we stop",
                                       "how do i stop",
                                       "how to stop",
                                       "mitigate",
                                       "recover*",
                                       "remedy",
                                       "whom do i call",
                                       "prevent*",
                                       "troubleshoot*",
                                       NULL};

/* It asks what may be done with the product. */
static const char *const advice[] = {
    "how do i",  "how do we",    "how can i",  "how can we",   "how to",    "can i",
    "can we",    "could i",      "could we",   "should i",     "should we", "should this",
    "should it", "should these", "would",      "is it better", "better to", "worth",
    "cheaper",   "how would",    "how should", "recommend*",   "tune",      "optimi*",
    "reduce",    "save money",   NULL};
/* Advice that is meant for what the thread is about, though nothing points at it. */
static const char *const own_advice[] = {"should i", "should we",  "would",
                                         "cheaper",  "save money", NULL};
/* It asks what the product is or does. */
static const char *const lookups[] = {"what is",
                                      "what are",
                                      "whats",
                                      "what does",
                                      "what do",
                                      "how do",
                                      "how does",
                                      "how are",
                                      "how is",
                                      "can a",
                                      "can the",
                                      "does",
                                      "do",
                                      "is there",
                                      "are there",
                                      "is it possible",
                                      "where do",
                                      "where can",
                                      "where is",
                                      "which setting",
                                      "which permission*",
                                      "which option",
                                      "explain",
                                      "define",
                                      "meaning",
                                      "difference",
                                      "vs",
                                      "versus",
                                      "documentation",
                                      "docs",
                                      "default",
                                      "supported",
                                      "support*",
                                      "limit*",
                                      "what happens",
                                      "configure",
                                      "enable",
                                      "turn on",
                                      "set up",
                                      "requirements",
                                      NULL};

/* Words that say nothing about the subject. */
static const char *const function_words[] = {
    "a",    "about",   "all",    "am",     "an",    "and",   "any",   "are",   "as",    "at",
    "be",   "because", "been",   "best",   "but",   "by",    "can",   "could", "did",   "do",
    "does", "for",     "from",   "get",    "give",  "good",  "had",   "has",   "have",  "how",
    "i",    "if",      "in",     "into",   "is",    "it",    "its",   "like",  "make",  "me",
    "mean", "my",      "near",   "need",   "no",    "not",   "of",    "off",   "on",    "or",
    "our",  "out",     "please", "should", "show",  "so",    "some",  "tell",  "than",  "that",
    "the",  "their",   "them",   "then",   "there", "these", "they",  "this",  "to",    "up",
    "us",   "use",     "was",    "we",     "were",  "what",  "whats", "when",  "where", "which",
    "who",  "why",     "will",   "with",   "would", "you",   "your",  NULL};

/* Room for " text ". Apostrophes vanish (what's = whats), other signs part words. */
static char *to_words(struct drc_arena *a, const char *text, size_t max_bytes)
{
    size_t n = strnlen(text, max_bytes), out = 0;
    char *w = drc_arena_alloc(a, n + 3);
    w[out++] = ' ';
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c == '\'' || (c == 0xe2 && i + 2 < n && (unsigned char)text[i + 1] == 0x80 &&
                          (unsigned char)text[i + 2] == 0x99)) {
            i += c == '\'' ? 0 : 2;
            continue;
        }
        if (isalnum(c) || c == '_' || c >= 0x80)
            w[out++] = (char)tolower(c);
        else if (w[out - 1] != ' ')
            w[out++] = ' ';
    }
    if (w[out - 1] != ' ')
        w[out++] = ' ';
    w[out] = '\0';
    return w;
}

/* The place after the blank before the phrase; NULL. */
static char *find(char *words, const char *phrase)
{
    size_t n = strlen(phrase);
    bool open = phrase[n - 1] == '*';
    n -= open;
    for (char *p = words; (p = strchr(p, ' ')) != NULL && p[1] != '\0'; p++)
        if (strncmp(p + 1, phrase, n) == 0 && (open || p[1 + n] == ' '))
            return p + 1;
    return NULL;
}

static bool has(char *words, const char *const *phrases)
{
    for (; *phrases != NULL; phrases++)
        if (find(words, *phrases) != NULL)
            return true;
    return false;
}

/* What the rules go by. */
struct signs {
    bool pointer, figure, symptom, cause, whole_cause, remedy, advice, own_advice, lookup, order,
        near, measured;
    bool past; /* "did", "was": about a case, not about the product */
};

static bool is_order(char *words)
{
    static const char *const the_thing[] = {"this", "that",  "these", "it",  "the",
                                            "all",  "every", "my",    "our", NULL};
    static const char *const courtesy[] = {" please ", " can you ", " could you ", " would you ",
                                           " just ",   " now ",     NULL};
    for (const char *const *c = courtesy; *c != NULL; c++)
        if (strncmp(words, *c, strlen(*c)) == 0)
            words += strlen(*c) - 1;
    size_t n = strcspn(words + 1, " ");
    for (const char *const *d = deeds; *d != NULL; d++)
        if (strlen(*d) == n && strncmp(words + 1, *d, n) == 0)
            return has(words + 1 + n, the_thing);
    return false;
}

static void read_signs(char *words, const struct drc_routing_input *in, struct signs *s)
{
    static const char *const past[] = {"did", "was", "were", "happened", NULL};
    s->lookup = has(words, lookups);
    s->order = has(words, sql_deeds) || is_order(words);
    for (const char *const *h = hollow; *h != NULL; h++)
        for (char *p; (p = find(words, *h)) != NULL;)
            memset(p, '.', strlen(*h));
    s->pointer = has(words, pointers);
    s->figure = has(words, figures);
    s->symptom = has(words, symptoms);
    s->cause = has(words, causes);
    s->whole_cause = has(words, whole_causes) || strcmp(words, " why ") == 0;
    s->remedy = has(words, remedies);
    s->own_advice = has(words, own_advice);
    s->advice = s->own_advice || has(words, advice);
    s->past = has(words, past);
    s->measured = in->cosine >= -1 || in->overlap >= 0;
    s->near = in->cosine >= NEAR_COSINE || in->overlap >= NEAR_OVERLAP;
}

const char *drc_routing_corpora(struct drc_arena *a, unsigned corpora)
{
    static const char *const names[] = {"telemetry", "runbooks", "docs"};
    const char *text = "";
    for (unsigned i = 0; i < 3; i++)
        if ((corpora & (1u << i)) != 0)
            text = drc_arena_printf(a, "%s%s%s", text, *text == '\0' ? "" : " + ", names[i]);
    return *text == '\0' ? "nothing" : text;
}

static struct drc_routing answer(unsigned corpora, const char *rule, const char *reason)
{
    return (struct drc_routing){DRC_ROUTING_ANSWER, corpora, rule, reason};
}

static struct drc_routing refuse(const char *rule, const char *reason)
{
    return (struct drc_routing){DRC_ROUTING_REFUSE, 0, rule, reason};
}

/* About the entity in scope: its figures, its trouble, or what could be done with it. */
static struct drc_routing about_entity(struct drc_arena *a, const struct drc_routing_input *in,
                                       const struct signs *s)
{
    const char *kind = in->entity_kind;
    bool trouble = s->whole_cause || (s->cause && (s->symptom || s->pointer || s->figure)) ||
                   s->remedy || (s->symptom && !s->figure && !s->lookup && !s->advice);
    if (trouble) {
        bool docs = s->advice || in->cosine >= CLOSE_COSINE;
        return answer(DRC_CORPUS_TELEMETRY | DRC_CORPUS_RUNBOOKS | (docs ? DRC_CORPUS_DOCS : 0u),
                      "trouble",
                      drc_arena_printf(
                          a, "it asks for the cause or the remedy of trouble with this %s", kind));
    }
    if (s->advice)
        return answer(DRC_CORPUS_TELEMETRY | DRC_CORPUS_DOCS, "advice",
                      drc_arena_printf(a, "it asks what can be done with this %s", kind));
    return answer(DRC_CORPUS_TELEMETRY, "figures",
                  drc_arena_printf(a, "it asks for figures of this %s", kind));
}

/* About the product. */
static struct drc_routing about_product(struct drc_arena *a, const struct drc_routing_input *in,
                                        const struct signs *s)
{
    bool how = s->remedy || s->cause || (s->symptom && !s->lookup && !s->advice);
    const char *why = s->lookup || s->advice ? "its form is that of a question about the product"
                                             : "a page of the documentation is near to it";
    if (s->measured)
        why = drc_arena_printf(a, "%s (cosine %.2f, words in common %.2f)", why,
                               in->cosine < -1 ? 0.0 : in->cosine,
                               in->overlap < 0 ? 0.0 : in->overlap);
    return answer(DRC_CORPUS_DOCS | (how ? DRC_CORPUS_RUNBOOKS : 0u),
                  how ? "how-to-fix" : "documentation", why);
}

/* The form of a question about the product: no figure, no case, no trouble in it. */
static bool asks_product(const struct signs *s)
{
    return (s->lookup || s->advice) && !s->figure && !s->past &&
           !(s->symptom && (s->cause || s->advice));
}

/* There is an entity: does the text mean it? */
static bool wants_entity(const struct drc_routing_input *in, const struct signs *s)
{
    if (in->named || s->pointer || s->whole_cause || s->own_advice)
        return true;
    return !asks_product(s) && (s->figure || s->symptom);
}

/* There is none: would one be needed? "How much does a DBU cost" is answered by a page. */
static bool wants_some_entity(const struct signs *s)
{
    bool general = (s->lookup || s->advice) && !s->past && !s->pointer;
    return !asks_product(s) &&
           (s->figure || s->whole_cause || (s->cause && (s->past || s->pointer))) &&
           !(general && (s->measured ? s->near : s->advice));
}

static bool foreign_product(char *words)
{
    return has(words, foreign) && !has(words, ours);
}

struct drc_routing drc_routing_decide(struct drc_arena *a, const struct drc_routing_input *in)
{
    char *words = to_words(a, in->text, TEXT_MAX_BYTES);
    struct signs s = {0};
    if (has(words, orders_to_model))
        return refuse("order-to-model", "it gives orders to the program or asks for its secrets");
    if (has(words, chat))
        return refuse("small-talk", "it is not about data jobs");
    if (foreign_product(words))
        return refuse("other-product", "it is about a product of somebody else");
    read_signs(words, in, &s);
    if (s.order)
        return refuse("order", "drc changes nothing; it answers questions");
    if (in->entity_kind != NULL ? wants_entity(in, &s) : wants_some_entity(&s))
        return in->entity_kind != NULL
                   ? about_entity(a, in, &s)
                   : (struct drc_routing){DRC_ROUTING_ASK, 0, "which-entity",
                                          "it asks for facts, and nothing here says of what"};
    bool form = s.lookup || s.advice || s.remedy || (s.cause && s.symptom);
    if (s.measured ? s.near : form)
        return about_product(a, in, &s);
    return refuse("off-topic", s.measured ? "no page of the documentation is near to it"
                                          : "it is neither about an entity nor about the product");
}

double drc_routing_overlap(struct drc_arena *a, const char *text, const char *passage)
{
    char *words = to_words(a, text, TEXT_MAX_BYTES), *there = to_words(a, passage, 65536);
    size_t content = 0, common = 0;
    for (char *p = words + 1; *p != '\0';) {
        size_t n = strcspn(p, " ");
        char *word = drc_arena_strndup(a, p, n);
        p += n + 1;
        const char *const *f = function_words;
        while (*f != NULL && strcmp(*f, word) != 0)
            f++;
        if (*f != NULL)
            continue;
        content++;
        if (n > 3 && word[n - 1] == 's')
            word[n - 1] = '\0';
        common +=
            find(there, word) != NULL || find(there, drc_arena_printf(a, "%ss", word)) != NULL;
    }
    return content == 0 ? 0 : (double)common / (double)content;
}
