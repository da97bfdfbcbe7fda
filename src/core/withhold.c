/* Who a prompt may not name: people of the platform and e-mail addresses, by aliases. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drc/answer.h"
#include "drc/buf.h"

#define TEXT_MAX_BYTES (256u * 1024u)
#define NAME_WORDS_MAX 6 /* of one name */
#define NAME_MIN_BYTES 2u
#define EMAIL_MAX_BYTES 254u /* RFC 5321, 4.5.3.1.3 */

struct drc_people {
    const char **names; /* in lower case, ascending */
    size_t count;
};

static const char *lower(struct drc_arena *a, const char *s, size_t n)
{
    char *out = drc_arena_strndup(a, s, n);
    for (char *p = out; *p != '\0'; p++)
        *p = (char)tolower((unsigned char)*p);
    return out;
}

static int by_name(const void *x, const void *y)
{
    return strcmp(*(const char *const *)x, *(const char *const *)y);
}

struct drc_people *drc_people_new(struct drc_arena *a, const char *const *names, size_t count)
{
    struct drc_people *p = drc_arena_alloc(a, sizeof *p);
    p->names = drc_arena_array(a, count + 1, sizeof *p->names);
    p->count = 0;
    for (size_t i = 0; i < count; i++)
        if (strlen(names[i]) >= NAME_MIN_BYTES)
            p->names[p->count++] = lower(a, names[i], strlen(names[i]));
    qsort(p->names, p->count, sizeof *p->names, by_name);
    return p;
}

static bool word_char(char c)
{
    return isalnum((unsigned char)c) || c == '_' || ((unsigned char)c & 0x80) != 0;
}

static bool starts_word(const char *text, const char *at)
{
    return at == text || !word_char(at[-1]);
}

static bool is_name(struct drc_arena *a, const struct drc_people *p, const char *s, size_t n)
{
    const char *key = lower(a, s, n);
    return bsearch(&key, p->names, p->count, sizeof *p->names, by_name) != NULL;
}

/* Bytes of the longest name that begins here; 0: none. */
static size_t name_at(struct drc_arena *a, const struct drc_people *p, const char *s)
{
    size_t best = 0, n = 0;
    for (int words = 0; p->count > 0 && words < NAME_WORDS_MAX;) {
        while (s[n] != '\0' && s[n] != '"' && s[n] != '\n' && !isspace((unsigned char)s[n])) {
            n++;
            if (!word_char(s[n]) && is_name(a, p, s, n))
                best = n; /* also before a mark: "Ana Ruiz, Data" */
        }
        words++;
        if (s[n] != ' ')
            break;
        n++;
    }
    return best;
}

static bool local_char(char c)
{
    return word_char(c) || strchr("!#$%&'*+/=?^`{|}~.-", c) != NULL;
}

/* Bytes of an e-mail address that begins here; 0: none. */
static size_t email_at(const char *s)
{
    size_t n = 0, dot = 0;
    while (s[n] != '\0' && local_char(s[n]) && n < EMAIL_MAX_BYTES)
        n++;
    if (n == 0 || s[n] != '@' || !word_char(s[n + 1]))
        return 0;
    for (n++; word_char(s[n]) || s[n] == '-' || (s[n] == '.' && word_char(s[n + 1])); n++)
        if (s[n] == '.')
            dot = n;
    return dot > 0 ? n : 0;
}

/* Everybody past the last alias shares one, that of nobody: it cannot be mapped back. */
static const char *alias_of(struct drc_arena *a, const char *s, size_t n, struct drc_alias *list,
                            size_t *count)
{
    for (size_t i = 0; i < *count; i++)
        if (strlen(list[i].name) == n && strncasecmp(list[i].name, s, n) == 0)
            return list[i].alias;
    const char *alias = drc_arena_printf(a, "U%zu", *count + 1);
    if (*count < DRC_PEOPLE_MAX)
        list[(*count)++] = (struct drc_alias){alias, drc_arena_strndup(a, s, n)};
    return alias;
}

const char *drc_people_alias(struct drc_arena *a, const struct drc_people *p, const char *text,
                             bool only_quoted, struct drc_alias *list, size_t *count)
{
    struct drc_buf b;
    bool inside = !only_quoted;
    drc_buf_init(&b, TEXT_MAX_BYTES);
    for (const char *s = text; *s != '\0';) {
        size_t n = 0;
        if (*s == '"' && only_quoted)
            inside = !inside;
        else if (*s == '\n' && only_quoted)
            inside = false; /* what is quoted stands on one line */
        else if (inside && starts_word(text, s) && (n = email_at(s)) == 0 && word_char(*s))
            n = name_at(a, p, s);
        if (n > 0) {
            drc_buf_addstr(&b, alias_of(a, s, n, list, count));
            s += n;
        } else {
            drc_buf_addch(&b, *s++);
        }
    }
    const char *out = drc_arena_strdup(a, drc_buf_str(&b));
    drc_buf_fini(&b);
    return out;
}
