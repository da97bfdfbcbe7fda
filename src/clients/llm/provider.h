/* The parts of the model client, between the files of this folder. All of it is pure but llm.c. */
#ifndef DRC_CLIENTS_LLM_PROVIDER_H
#define DRC_CLIENTS_LLM_PROVIDER_H

#include "drc/buf.h"
#include "drc/jsonx.h"
#include "drc/llm.h"

/* ---- a provider: the one function table of the clients for models --------------------------- */

/* Parameters that an endpoint was found to refuse: they are left out, or sent in another form. */
enum llm_refused {
    LLM_REFUSED_TOKENS = 1, /* the first name of the limit of an answer: the other one is sent */
    LLM_REFUSED_SCHEMA = 2,
    LLM_REFUSED_USAGE = 4,  /* usage in a stream */
    LLM_REFUSED_SYSTEM = 8, /* a text of its own for the system: it goes before the user's */
};

struct llm_usage_seen {
    int64_t in, out, cached;
    bool in_seen, out_seen;
};

/* What an endpoint said is wrong. */
struct llm_complaint {
    bool set;
    char name[64];     /* its type or code, letters, digits and _; "" */
    char message[300]; /* its words: for the log only */
};

/* What was read of one answer so far. */
struct llm_reading {
    const struct drc_llm_provider *provider;
    struct drc_buf text;
    struct llm_usage_seen usage;
    enum drc_llm_finish finish;
    char reason[40];                /* of the end, as the endpoint names it; "" */
    bool ended;                     /* nothing will follow that counts */
    struct llm_complaint complaint; /* an error inside the answer */
    bool odd;                       /* JSON, but not in the shape of an answer */
};

struct drc_llm_provider {
    const char *name, *base_url;
    const char *key_setting; /* accepted where LLM_API_KEY is not set */
    struct drc_llm_caps caps;
    const char *const *headers; /* more header lines, ended by NULL; NULL: none */
    void (*adapt)(struct drc_llm_caps *caps, const char *host); /* what an address tells; NULL */
    /* URL and JSON body (in the arena). refused: bits of enum llm_refused. */
    const char *(*url)(struct drc_arena *a, const struct drc_llm *llm);
    json_t *(*body)(const struct drc_llm *llm, const struct drc_llm_ask *ask, unsigned refused);
    /* One event of a stream, or a whole reply, or an error: adds what it says. */
    void (*read)(const json_t *event, struct llm_reading *r);
};

extern const struct drc_llm_provider llm_openai, llm_anthropic, llm_gemini;

/* ---- what the providers share ---------------------------------------------------------------- */

/* base_url with a path put before its query. */
const char *llm_join_url(struct drc_arena *a, const char *base_url, const char *path);
void llm_add_text(struct llm_reading *r, const json_t *text); /* no string: nothing */
void llm_set_finish(struct llm_reading *r, const char *reason, enum drc_llm_finish finish);
/* A count of tokens: a whole number from 0 to 10^9, else 0 and *seen stays. */
int64_t llm_count(const json_t *object, const char *path, bool *seen);
/* {"error": {...}} or {"error": "..."} or {"message": ...}; true where there is one. */
bool llm_read_complaint(const json_t *root, struct llm_complaint *out);
/* The request as it is sent; body malloc'd into *body, the caller frees it. */
struct drc_http_request llm_request(struct drc_arena *a, const struct drc_llm *llm,
                                    const struct drc_llm_ask *ask, unsigned refused, char **body);

/* ---- server-sent events (WHATWG HTML, 9.2.6) ------------------------------------------------- */

struct sse {
    struct drc_buf line, data;
    size_t total;    /* bytes so far */
    bool after_cr;   /* the last byte was a CR: an LF now belongs to it */
    bool has_data;   /* the event has a data line, if an empty one */
    unsigned events; /* with data, so far */
};

/* data: of one event, lines joined with LF, NUL-terminated. Names of events, ids and times are not
 * handed on: every format repeats the kind inside its JSON. 0 = go on, 1 = enough, -1 = failed. */
typedef int sse_event(const char *data, size_t bytes, void *user);

void sse_init(struct sse *s);
void sse_fini(struct sse *s);
/* 0 = go on, else what the function returned; -1 LIMIT where a line, an event or the whole is over
 * its cap. Any cut of the bytes gives the same events. */
int sse_feed(struct sse *s, const char *bytes, size_t count, sse_event *fn, void *user,
             struct drc_err *err);
/* The end of the stream: an event whose last line came whole counts without a blank line too. */
int sse_end(struct sse *s, sse_event *fn, void *user, struct drc_err *err);

/* ---- one answer out of bytes ----------------------------------------------------------------- */

/* Bytes of a body with status 200 to an answer: a stream of events, or one JSON document where the
 * first letter is a brace (a server that does not stream). */
struct llm_intake {
    struct llm_reading reading;
    struct sse sse;
    struct drc_buf whole;
    enum { LLM_BODY_UNKNOWN, LLM_BODY_EVENTS, LLM_BODY_JSON } shape;
    size_t bytes;
    struct drc_err *err;
};

void llm_intake_init(struct llm_intake *in, const struct drc_llm_provider *p, struct drc_err *err);
void llm_intake_fini(struct llm_intake *in);
int llm_intake_feed(const char *bytes, size_t count, void *intake); /* a drc_http_reader */
/* After the last byte. 0 and the text (in the arena): whole, clean, not blank; else -1 with NET
 * (broke off, or an error of the endpoint inside the answer: reading.complaint), LIMIT, PARSE. */
int llm_intake_end(struct llm_intake *in, struct drc_arena *a, const char **text);

#endif
