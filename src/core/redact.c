/* Texts without names, error texts and SQL, for endpoints that may not have them. */
#include "drc/redact.h"

#include <ctype.h>
#include <string.h>

#include "drc/buf.h"
#include "drc/file.h"
#include "drc/limits.h"

#define ROWS_MAX 200000
#define ERROR_MIN_BYTES 6u  /* a shorter text says nothing of its own */
#define WILD_MAX_BYTES 120u /* that `<...>` stands for */
#define SQL_REACH_BYTES 2000u
#define TEXT_MAX_BYTES (256u * 1024u)

struct drc_redactor {
    struct drc_withhold w;
    struct drc_people *people;
    const char **errors;
    size_t error_count;
};

/* ---- lists -------------------------------------------------------------------------------- */

/* Without what stands in `<...>`. */
static size_t own_bytes(const char *error)
{
    size_t n = 0;
    for (const char *close; *error != '\0'; error++)
        if (*error == '<' && (close = strchr(error, '>')) != NULL)
            error = close;
        else
            n++;
    return n;
}

struct drc_redactor *drc_redactor_new(struct drc_arena *a, struct drc_withhold w,
                                      const char *const *people, size_t people_count,
                                      const char *const *errors, size_t error_count)
{
    struct drc_redactor *r = drc_arena_alloc(a, sizeof *r);
    *r = (struct drc_redactor){.w = w, .people = drc_people_new(a, people, people_count)};
    r->errors = drc_arena_array(a, error_count + 1, sizeof *r->errors);
    for (size_t i = 0; i < error_count; i++)
        if (own_bytes(errors[i]) >= ERROR_MIN_BYTES)
            r->errors[r->error_count++] = errors[i];
    return r;
}

static int read_list(struct drc_arena *a, const char *home, const char *path, struct drc_db *facts,
                     const char ***out, size_t *count, struct drc_err *err)
{
    struct drc_rows rows;
    const char *sql = drc_file_read(a, drc_arena_printf(a, "%s/%s", home, path),
                                    DRC_REPORT_SQL_MAX_BYTES, NULL, err);
    if (sql == NULL)
        return -1;
    if (drc_db_select(facts, a, sql, NULL, 0, ROWS_MAX, DRC_REPORT_DEADLINE_MS, &rows, err) < 0)
        return drc_err_context(err, "%s", path);
    if (rows.truncated)
        return drc_err_set(err, DRC_ERR_LIMIT, "%s has more than %d rows", path, ROWS_MAX);
    *out = drc_arena_array(a, rows.row_count + 1, sizeof **out);
    for (size_t i = 0; i < rows.row_count; i++)
        if (rows.cells[i * rows.column_count].type == DRC_CELL_TEXT)
            (*out)[(*count)++] = rows.cells[i * rows.column_count].text;
    return 0;
}

struct drc_redactor *drc_redactor_load(struct drc_arena *a, const char *home, struct drc_db *facts,
                                       struct drc_withhold w, struct drc_err *err)
{
    const char **people = NULL, **errors = NULL;
    size_t people_count = 0, error_count = 0;
    if (w.people &&
        read_list(a, home, "sql/people.sql", facts, &people, &people_count, err) < 0)
        return NULL;
    if (w.errors &&
        read_list(a, home, "sql/errors.sql", facts, &errors, &error_count, err) < 0)
        return NULL;
    return drc_redactor_new(a, w, people, people_count, errors, error_count);
}

/* ---- error texts -------------------------------------------------------------------------- */

static bool word_char(char c)
{
    return isalnum((unsigned char)c) || c == '_' || ((unsigned char)c & 0x80) != 0;
}

static bool same_letter(char x, char y)
{
    return tolower((unsigned char)x) == tolower((unsigned char)y);
}

/* Bytes that `<...>` stands for, up to the sign behind it; behind the last one, a word. */
static size_t wild(const char *s, char next)
{
    size_t n = 0;
    while (n < WILD_MAX_BYTES && s[n] != '\0' && s[n] != '\n' &&
           !(next == '\0' ? isspace((unsigned char)s[n]) : n > 0 && same_letter(s[n], next)))
        n++;
    return n;
}

/* Bytes of `s` that the error text fits, 0: it does not. */
static size_t fits(const char *s, const char *error)
{
    const char *from = s;
    while (*error != '\0') {
        const char *close = *error == '<' ? strchr(error, '>') : NULL;
        if (close != NULL) {
            size_t n = wild(s, close[1]);
            if (n == 0)
                return 0;
            s += n;
            error = close + 1;
        } else if (same_letter(*s, *error)) {
            s++;
            error++;
        } else {
            return 0;
        }
    }
    return (size_t)(s - from);
}

/* "java.lang.OutOfMemoryError: Java heap space", to the end of its line. */
static size_t exception_at(const char *s)
{
    static const char *const ends[] = {"Error", "Exception", "Failure"};
    size_t n = 0;
    while (word_char(s[n]) || (s[n] == '.' && word_char(s[n + 1])))
        n++;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        size_t k = strlen(ends[i]);
        if (n > k && strncmp(s + n - k, ends[i], k) == 0 && isalnum((unsigned char)s[n - k - 1]))
            return n + (s[n] == ':' || s[n] == ' ' || s[n] == '(' ? strcspn(s + n, "\n?") : 0);
    }
    return 0;
}

static size_t error_at(const struct drc_redactor *r, const char *s)
{
    size_t best = exception_at(s);
    for (size_t i = 0; i < r->error_count; i++) {
        size_t n = fits(s, r->errors[i]);
        best = n > best ? n : best;
    }
    return best;
}

/* ---- SQL ---------------------------------------------------------------------------------- */

static bool is_word(const char *s, const char *word)
{
    size_t n = strlen(word);
    return strncasecmp(s, word, n) == 0 && !word_char(s[n]);
}

/* A statement up to its end: the first word, and the one without which it is none. */
static size_t sql_at(const char *s)
{
    static const char *const pairs[][2] = {{"select", "from"}, {"insert", "into"},
                                           {"update", "set"},  {"delete", "from"},
                                           {"merge", "into"},  {"with", "select"}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        if (!is_word(s, pairs[i][0]))
            continue;
        size_t end = strcspn(s, ";");
        for (size_t k = strlen(pairs[i][0]); k < end && k < SQL_REACH_BYTES; k++)
            if (!word_char(s[k - 1]) && is_word(s + k, pairs[i][1]))
                return end;
    }
    return 0;
}

/* ---- the text ----------------------------------------------------------------------------- */

const char *drc_redact(struct drc_arena *a, const struct drc_redactor *r, const char *text)
{
    struct drc_alias names[DRC_PEOPLE_MAX];
    size_t count = 0;
    struct drc_buf b;
    drc_buf_init(&b, TEXT_MAX_BYTES);
    for (const char *s = text; *s != '\0';) {
        bool starts = s == text || !word_char(s[-1]);
        size_t sql = r->w.sql && starts ? sql_at(s) : 0,
               error = r->w.errors && starts ? error_at(r, s) : 0;
        if (sql > 0)
            drc_buf_addstr(&b, "[SQL text withheld]");
        else if (error > 0)
            drc_buf_addstr(&b, "[error text withheld]");
        else
            drc_buf_addch(&b, *s);
        s += sql > 0 ? sql : error > 0 ? error : 1;
    }
    const char *out = drc_arena_strdup(a, drc_buf_str(&b));
    drc_buf_fini(&b);
    return r->w.people ? drc_people_alias(a, r->people, out, false, names, &count) : out;
}
