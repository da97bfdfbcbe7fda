/* Addresses of pages: one form for comparing, and nothing that could mean two things. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "drc/crawl.h"
#include "drc/http.h"
#include "drc/limits.h"

static const char no_scheme[] = "it must be https, or http on this machine";

static int refuse(const char *text, const char *why, struct drc_err *err)
{
    return drc_err_set(err, DRC_ERR_INPUT, "the address '%.100s' is refused: %s", text, why);
}

/* "/../" and its percent-encoded forms: a server or libcurl would resolve them after our checks. */
static bool has_dot_segment(const char *path)
{
    for (const char *p = path; *p == '/';) {
        size_t n = strcspn(++p, "/?"), dots = 0, i = 0;
        while (i < n) {
            size_t dot = p[i] == '.' ? 1 : strncasecmp(p + i, "%2e", 3) == 0 ? 3 : 0;
            if (dot == 0)
                break;
            i += dot;
            dots++;
        }
        if (i == n && (dots == 1 || dots == 2))
            return true;
        p += n;
    }
    return false;
}

static bool is_host(const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!isalnum((unsigned char)s[i]) && strchr("-._:[]", s[i]) == NULL)
            return false;
    return n > 0 && n <= 255 && (isalnum((unsigned char)*s) || *s == '[');
}

int drc_url_parse(struct drc_arena *a, const char *text, struct drc_url *out, struct drc_err *err)
{
    size_t bytes = strlen(text);
    if (bytes > DRC_URL_MAX_BYTES)
        return refuse(text, "it is too long", err);
    for (size_t i = 0; i < bytes; i++)
        if ((unsigned char)text[i] <= ' ' || strchr("\"<>\\^`{|}\x7f", text[i]) != NULL)
            return refuse(text, "it has characters that do not belong there", err);
    bool https = strncasecmp(text, "https://", 8) == 0;
    if (!https && strncasecmp(text, "http://", 7) != 0)
        return refuse(text, no_scheme, err);
    const char *host = text + (https ? 8 : 7);
    size_t n = strcspn(host, "/?#");
    if (!is_host(host, n))
        return refuse(text, "its host cannot be read", err);
    const char *path = host + n;
    size_t path_bytes = strcspn(path, "#");
    const char *port = https ? ":443" : ":80";
    size_t p = strlen(port);
    if (n > p && strncmp(host + n - p, port, p) == 0)
        n -= p;
    char *low = drc_arena_strndup(a, host, n);
    for (char *c = low; *c != '\0'; c++)
        *c = (char)tolower((unsigned char)*c);
    const char *slash = *path == '/' ? "" : "/";
    char *whole = drc_arena_printf(a, "%s://%s%s%.*s", https ? "https" : "http", low, slash,
                                   (int)path_bytes, path);
    if (drc_http_check_url(whole, NULL) < 0)
        return refuse(text, no_scheme, err);
    out->text = whole;
    out->host = low;
    out->path = whole + (https ? 8 : 7) + n;
    if (has_dot_segment(out->path))
        return refuse(text, "it has dots for a folder", err);
    return 0;
}
