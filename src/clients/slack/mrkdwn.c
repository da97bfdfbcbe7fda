/* Spans to mrkdwn. Slack's only escapes are &amp; &lt; &gt; ("Formatting message text"); they also
 * disarm <!channel>, <@U1> and <url>. The marks * _ ~ ` cannot be escaped, so names stand in code
 * spans, where only a backtick could end them. */
#include <ctype.h>
#include <string.h>

#include "drc/buf.h"
#include "drc/slack.h"

#define TEXT_MAX_BYTES (256u * 1024u)

static void escaped(struct drc_buf *b, const char *s, bool code)
{
    for (; *s != '\0'; s++) {
        if (*s == '&')
            drc_buf_addstr(b, "&amp;");
        else if (*s == '<')
            drc_buf_addstr(b, "&lt;");
        else if (*s == '>')
            drc_buf_addstr(b, "&gt;");
        else if (code && *s == '`')
            drc_buf_addch(b, '\'');
        else if (code && *s == '\n')
            drc_buf_addch(b, ' ');
        else
            drc_buf_addch(b, *s);
    }
}

static void url(struct drc_buf *b, const char *s)
{
    for (; *s != '\0'; s++) {
        if (*s == '|' || *s == '>' || *s == '<' || (unsigned char)*s <= ' ')
            drc_buf_printf(b, "%%%02X", (unsigned char)*s);
        else if (*s == '&')
            drc_buf_addstr(b, "&amp;");
        else
            drc_buf_addch(b, *s);
    }
}

static void label(struct drc_buf *b, const char *s)
{
    for (; *s != '\0'; s++)
        if (*s == '&')
            drc_buf_addstr(b, "&amp;");
        else if (strchr("|<>", *s) == NULL)
            drc_buf_addch(b, *s == '\n' ? ' ' : *s);
}

/* Ids of people are capital letters and digits; anything else would not be a mention but an
 * injection. */
static bool is_id(const char *s)
{
    size_t n = strlen(s);
    for (size_t i = 0; i < n; i++)
        if (!isupper((unsigned char)s[i]) && !isdigit((unsigned char)s[i]))
            return false;
    return n > 1 && n < 32;
}

static bool is_blank(const char *s)
{
    return s[strspn(s, " \n\t")] == '\0';
}

/* A mark only holds around text without blanks at its ends. */
static void marked(struct drc_buf *b, const char *text, char mark)
{
    size_t lead = strspn(text, " \n"), n = strlen(text), trail = 0;
    while (n - trail > lead && strchr(" \n", text[n - trail - 1]) != NULL)
        trail++;
    drc_buf_add(b, text, lead);
    drc_buf_addch(b, mark);
    struct drc_arena *a = drc_arena_new();
    escaped(b, drc_arena_strndup(a, text + lead, n - lead - trail), mark == '`');
    drc_arena_free(a);
    drc_buf_addch(b, mark);
    drc_buf_add(b, text + n - trail, trail);
}

static void add_span(struct drc_buf *b, const struct drc_span *s)
{
    bool blank = is_blank(s->text);
    if (s->style == DRC_SPAN_LINK && s->url != NULL) {
        drc_buf_addch(b, '<');
        url(b, s->url);
        drc_buf_addch(b, '|');
        label(b, s->text);
        drc_buf_addch(b, '>');
    } else if (s->style == DRC_SPAN_USER && is_id(s->text)) {
        drc_buf_printf(b, "<@%s>", s->text);
    } else if (s->style == DRC_SPAN_CHANNEL && is_id(s->text)) {
        drc_buf_printf(b, "<#%s>", s->text);
    } else if (s->style == DRC_SPAN_BOLD && !blank) {
        marked(b, s->text, '*');
    } else if (s->style == DRC_SPAN_ITALIC && !blank) {
        marked(b, s->text, '_');
    } else if (s->style == DRC_SPAN_CODE && !blank) {
        marked(b, s->text, '`');
    } else {
        escaped(b, s->text, false);
    }
}

char *drc_slack_mrkdwn(struct drc_arena *a, const struct drc_text *t)
{
    struct drc_buf b;
    drc_buf_init(&b, TEXT_MAX_BYTES);
    for (const struct drc_span *s = t->first; s != NULL; s = s->next)
        add_span(&b, s);
    char *text = drc_arena_strndup(a, drc_buf_str(&b), b.len);
    drc_buf_fini(&b);
    return text;
}
