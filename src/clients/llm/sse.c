#include <string.h>

#include "clients/llm/provider.h"
#include "drc/limits.h"

void sse_init(struct sse *s)
{
    memset(s, 0, sizeof *s);
    drc_buf_init(&s->line, DRC_SSE_EVENT_MAX_BYTES);
    drc_buf_init(&s->data, DRC_SSE_EVENT_MAX_BYTES);
}

void sse_fini(struct sse *s)
{
    drc_buf_fini(&s->line);
    drc_buf_fini(&s->data);
}

static int dispatch(struct sse *s, sse_event *fn, void *user)
{
    int rc = 0;
    if (s->has_data) {
        s->events++;
        rc = fn(drc_buf_str(&s->data), s->data.len, user);
    }
    drc_buf_reset(&s->data);
    s->has_data = false;
    return rc;
}

/* A whole line. `field: value`, one blank after the colon is not part of the value; a line that
 * starts with a colon is a comment; fields other than data have no meaning here. */
static int take_line(struct sse *s, sse_event *fn, void *user)
{
    const char *line = drc_buf_str(&s->line);
    size_t n = s->line.len;
    if (n == 0)
        return dispatch(s, fn, user);
    if (n < 4 || memcmp(line, "data", 4) != 0 || (n > 4 && line[4] != ':'))
        return 0;
    size_t from = n == 4 ? 4 : n > 5 && line[5] == ' ' ? 6 : 5;
    if (s->has_data)
        drc_buf_addch(&s->data, '\n');
    drc_buf_add(&s->data, line + from, n - from);
    s->has_data = true;
    return 0;
}

static int end_line(struct sse *s, sse_event *fn, void *user, struct drc_err *err)
{
    static const char mark[] = "\xef\xbb\xbf"; /* of UTF-8, before the first line only */
    if (s->total == 0 && s->line.len >= 3 && memcmp(s->line.data, mark, 3) == 0) {
        memmove(s->line.data, s->line.data + 3, s->line.len - 3 + 1);
        s->line.len -= 3;
    }
    s->total += s->line.len + 1;
    int rc = take_line(s, fn, user);
    drc_buf_reset(&s->line);
    if (rc == 0 && s->data.overflow)
        return drc_err_set(err, DRC_ERR_LIMIT, "an event of the answer is over %u bytes",
                           DRC_SSE_EVENT_MAX_BYTES);
    return rc;
}

static int check_caps(const struct sse *s, struct drc_err *err)
{
    if (s->line.overflow)
        return drc_err_set(err, DRC_ERR_LIMIT, "a line of the answer is over %u bytes",
                           DRC_SSE_EVENT_MAX_BYTES);
    if (s->total + s->line.len > DRC_HTTP_RESPONSE_MAX_BYTES)
        return drc_err_set(err, DRC_ERR_LIMIT, "the answer is over %u bytes",
                           DRC_HTTP_RESPONSE_MAX_BYTES);
    return 0;
}

int sse_feed(struct sse *s, const char *bytes, size_t count, sse_event *fn, void *user,
             struct drc_err *err)
{
    for (size_t i = 0; i < count;) {
        if (s->after_cr && bytes[i] == '\n') {
            s->after_cr = false;
            i++;
            continue;
        }
        s->after_cr = false;
        size_t n = 0;
        while (i + n < count && bytes[i + n] != '\n' && bytes[i + n] != '\r')
            n++;
        drc_buf_add(&s->line, bytes + i, n);
        i += n;
        if (check_caps(s, err) < 0)
            return -1;
        if (i == count)
            break;
        s->after_cr = bytes[i++] == '\r';
        int rc = end_line(s, fn, user, err);
        if (rc != 0)
            return rc;
    }
    return 0;
}

int sse_end(struct sse *s, sse_event *fn, void *user, struct drc_err *err)
{
    int rc = s->line.len > 0 ? end_line(s, fn, user, err) : 0;
    return rc == 0 ? dispatch(s, fn, user) : rc;
}
