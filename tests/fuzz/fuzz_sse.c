/* Server-sent events: any bytes, cut anywhere, give the same events, and none is over its cap. */
#include "clients/llm/provider.h"
#include "drc/limits.h"
#include "fuzz.h"

struct seen {
    struct drc_buf text;
    unsigned events;
};

static int note(const char *data, size_t bytes, void *user)
{
    struct seen *s = user;
    MUST(data[bytes] == '\0' && memchr(data, '\r', bytes) == NULL);
    s->events++;
    drc_buf_addch(&s->text, '<');
    drc_buf_add(&s->text, data, bytes);
    drc_buf_addch(&s->text, '>');
    return s->events == 200;
}

/* Pieces of 1 to `step` bytes; step 0: all at once. */
static int feed(const uint8_t *data, size_t bytes, size_t step, struct seen *out)
{
    struct drc_err err = DRC_ERR_INIT;
    struct sse s;
    int rc = 0;
    sse_init(&s);
    drc_buf_init(&out->text, 4u * DRC_HTTP_RESPONSE_MAX_BYTES);
    out->events = 0;
    for (size_t at = 0, n; rc == 0 && at < bytes; at += n) {
        n = step == 0 ? bytes : 1 + at % step;
        n = n < bytes - at ? n : bytes - at;
        rc = sse_feed(&s, (const char *)data + at, n, note, out, &err);
    }
    if (rc == 0)
        rc = sse_end(&s, note, out, &err);
    MUST(rc == -1 || rc == 0 || rc == 1);
    MUST((rc < 0) == (err.code != DRC_OK));
    MUST(s.events == out->events);
    sse_fini(&s);
    return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    struct seen whole, pieces;
    if (bytes == 0)
        return 0;
    int rc = feed(data + 1, bytes - 1, 0, &whole);
    MUST(feed(data + 1, bytes - 1, 1 + data[0] % 16, &pieces) == rc);
    MUST(whole.events == pieces.events && whole.text.len == pieces.text.len);
    MUST(memcmp(drc_buf_str(&whole.text), drc_buf_str(&pieces.text), whole.text.len) == 0);
    drc_buf_fini(&whole.text);
    drc_buf_fini(&pieces.text);
    return 0;
}
