/* What a model wrote, made into the text that is checked and posted. */
#include "drc/proof.h"

#include <ctype.h>
#include <string.h>

#include "drc/buf.h"
#include "drc/placeholder.h"

#define TEXT_MAX_BYTES (2u * DRC_GROUND_TEXT_MAX_BYTES)
#define TAG_MAX_BYTES 8u

static const char *taken(struct drc_arena *a, struct drc_buf *b)
{
    const char *text = drc_arena_strdup(a, drc_buf_str(b));
    drc_buf_fini(b);
    return text;
}

/* ---- aliases and tags --------------------------------------------------------------------- */

static bool word_char(char c)
{
    return isalnum((unsigned char)c) || c == '_' || ((unsigned char)c & 0x80) != 0;
}

/* A whole word of a text. */
static bool holds(const char *text, const char *word, size_t n)
{
    for (const char *p = text; text != NULL && (p = strstr(p, word)) != NULL; p++)
        if ((p == text || !word_char(p[-1])) && !word_char(p[n]))
            return true;
    return false;
}

/* An alias, where no name holds the same word. */
static bool is_alias(const struct drc_ledger *l, const char *word, size_t n)
{
    char key[TAG_MAX_BYTES];
    bool found = false;
    if (n >= sizeof key)
        return false;
    memcpy(key, word, n);
    key[n] = '\0';
    for (size_t i = 0; i < l->entity_count; i++) {
        if (holds(l->entities[i].name, key, n))
            return false;
        for (size_t k = 0; k < l->entities[i].alias_count; k++)
            found = found || strcmp(l->entities[i].aliases[k], key) == 0;
    }
    return found;
}

static const struct drc_ground_fact *fact_of(const struct drc_ledger *l, const char *id, size_t n)
{
    for (size_t i = 0; i < l->fact_count; i++)
        if (strlen(l->facts[i].id) == n && strncmp(l->facts[i].id, id, n) == 0)
            return &l->facts[i];
    return NULL;
}

/* "J1" and "U2" to "{J1}" and "{U2}": a model forgets the braces. Never in brackets or braces, and
 * not as a part of a longer name. */
static const char *with_braces(struct drc_arena *a, const struct drc_ledger *l, const char *text)
{
    struct drc_buf b;
    drc_buf_init(&b, TEXT_MAX_BYTES);
    for (const char *p = text; *p != '\0';) {
        size_t n = 1;
        bool starts = p == text || (!word_char(p[-1]) && strchr("{[-./`\"", p[-1]) == NULL);
        if (starts && isupper((unsigned char)*p) && isdigit((unsigned char)p[1])) {
            n += strspn(p + 1, "0123456789");
            bool ends = !word_char(p[n]) && strchr("}]-/", p[n]) == NULL;
            if ((ends || p[n] == '\0') && is_alias(l, p, n)) {
                drc_buf_printf(&b, "{%.*s}", (int)n, p);
                p += n;
                continue;
            }
        }
        drc_buf_add(&b, p, n);
        p += n;
    }
    return taken(a, &b);
}

/* Behind each line the tags of the facts that it prints and does not cite. */
static const char *with_tags(struct drc_arena *a, const struct drc_ledger *l, const char *text)
{
    struct drc_buf b;
    drc_buf_init(&b, TEXT_MAX_BYTES);
    for (const char *line = text; *line != '\0';) {
        size_t n = strcspn(line, "\n"), end = n;
        const char *copy = drc_arena_strndup(a, line, n);
        while (end > 0 && isspace((unsigned char)line[end - 1]))
            end--;
        drc_buf_add(&b, line, end);
        const char *tagged = copy;
        for (const char *p = copy; (p = strchr(p, '{')) != NULL; p++) {
            size_t id = strcspn(p + 1, "{}");
            if (p[1 + id] != '}' || fact_of(l, p + 1, id) == NULL)
                continue;
            const char *tag = drc_arena_printf(a, "[%.*s]", (int)id, p + 1);
            if (strstr(tagged, tag) != NULL)
                continue;
            drc_buf_printf(&b, " %s", tag);
            tagged = drc_arena_printf(a, "%s%s", tagged, tag);
        }
        line += n;
        if (*line == '\n') {
            drc_buf_addch(&b, '\n');
            line++;
        }
    }
    return taken(a, &b);
}

/* ---- the form as text --------------------------------------------------------------------- */

/* A sentence that prints figures stands on the facts of these; what else a model lists as its facts
 * is nothing that it says. An id that nobody has stays, and is withheld. */
static bool is_tag(const struct drc_ledger *l, const struct drc_written_line *line, const char *id)
{
    return strstr(line->text, "{F") == NULL || fact_of(l, id, strlen(id)) == NULL;
}

const char *drc_proof_text(struct drc_arena *a, const struct drc_ledger *ledger,
                           const struct drc_written *w)
{
    struct drc_buf b;
    drc_buf_init(&b, TEXT_MAX_BYTES);
    for (size_t i = 0; i < w->line_count; i++) {
        const struct drc_written_line *line = &w->lines[i];
        drc_buf_printf(&b, "%s\u2022 %s%s", i == 0 ? "" : "\n",
                       line->next_step ? "Next step: " : "", line->text);
        for (size_t k = 0; k < line->id_count; k++)
            if (is_tag(ledger, line, line->ids[k]) &&
                strstr(line->text, drc_arena_printf(a, "[%s]", line->ids[k])) == NULL)
                drc_buf_printf(&b, " [%s]", line->ids[k]);
    }
    if (w->not_covered)
        drc_buf_printf(&b, "\n\u2022 The facts do not answer this question in full.");
    return taken(a, &b);
}

void drc_proof_ledger(struct drc_arena *a, const struct drc_context *c,
                      const struct drc_prompt *prompt, struct drc_ledger *out)
{
    drc_ground_ledger(a, c, out);
    size_t most = out->entity_count + prompt->people_count;
    struct drc_ground_entity *all = drc_arena_array(a, most + 1, sizeof *all);
    for (size_t i = 0; i < out->entity_count; i++) {
        const struct drc_ground_entity *e = &out->entities[i];
        const char *alias = drc_context_alias(c, e->name);
        const char **list = drc_arena_array(a, e->alias_count + 1, sizeof *list);
        size_t n = 0;
        if (alias != NULL)
            list[n++] = alias;
        for (size_t k = 0; k < e->alias_count; k++)
            list[n++] = e->aliases[k];
        all[i] = (struct drc_ground_entity){e->id, e->name, list, n};
    }
    for (size_t i = 0; i < prompt->people_count; i++) {
        const struct drc_alias *p = &prompt->people[i];
        const char **list = drc_arena_array(a, 1, sizeof *list);
        list[0] = p->alias;
        all[out->entity_count++] = (struct drc_ground_entity){p->alias, p->name, list, 1};
    }
    out->entities = all;
}

/* ---- the check ---------------------------------------------------------------------------- */

static void reject(struct drc_arena *a, struct drc_ground_sentence *s, const char *why)
{
    const char **all = drc_arena_array(a, s->reason_count + 1, sizeof *all);
    all[0] = why; /* before what the checker makes of the same place */
    for (size_t i = 0; i < s->reason_count; i++)
        all[i + 1] = s->reasons[i];
    s->reasons = all;
    s->reason_count++;
    s->ok = false;
}

void drc_proof_refuse(struct drc_arena *a, const char *why, struct drc_grounding *out)
{
    *out = (struct drc_grounding){.text = "", .sentence_count = 1};
    out->sentences = drc_arena_array(a, 1, sizeof *out->sentences);
    out->sentences[0].text = "";
    reject(a, &out->sentences[0], drc_arena_strdup(a, why));
}

/* Each fault to the sentence that holds its placeholder. */
static void add_faults(struct drc_arena *a, const struct drc_placed *placed,
                       struct drc_grounding *g)
{
    for (size_t k = 0; k < placed->fault_count; k++) {
        const struct drc_placed_fault *f = &placed->faults[k];
        for (size_t i = 0; i < g->sentence_count; i++) {
            struct drc_ground_sentence *s = &g->sentences[i];
            if (strstr(s->text, f->key) == NULL)
                continue;
            reject(a, s, f->why);
            s->figures++;
            g->figures++;
            break;
        }
        g->ok = false;
    }
}

void drc_proof_fill_check(struct drc_arena *a, const struct drc_ledger *ledger, const char *text,
                          struct drc_grounding *out)
{
    struct drc_placed placed;
    drc_placeholder_fill(a, ledger, text, &placed);
    drc_ground_check(a, ledger, placed.text, out);
    add_faults(a, &placed, out);
}

/* ---- figures typed out -------------------------------------------------------------------- */

/* "top 3", "the last 7": a count of what is listed, which the checker holds against the facts. */
static bool after_rank_word(const char *text, const char *at)
{
    static const char *const words[] = {"top", "first", "last", "next"};
    while (at > text && at[-1] == ' ')
        at--;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t n = strlen(words[i]);
        if ((size_t)(at - text) >= n && strncasecmp(at - n, words[i], n) == 0 &&
            ((size_t)(at - text) == n || !word_char(at[-n - 1])))
            return true;
    }
    return false;
}

/* What a name, a date or a source of the ledger holds may be written as it is; whether it fits is
 * the checker's to say. */
static bool ledger_holds(const struct drc_ledger *l, const char *word, size_t n)
{
    for (size_t i = 0; i < l->entity_count; i++)
        if (holds(l->entities[i].name, word, n) || holds(l->entities[i].id, word, n))
            return true;
    for (size_t i = 0; i < l->fact_count; i++)
        if (holds(l->facts[i].period, word, n) || holds(l->facts[i].title, word, n))
            return true;
    for (size_t i = 0; i < l->source_count; i++)
        if (holds(l->sources[i].title, word, n) || holds(l->sources[i].text, word, n))
            return true;
    return false;
}

/* "2026-11-10", "10 Nov", "Nov 10", a year: dates are compared with those of the ledger. */
static bool is_date_part(const char *line, const char *at, size_t n)
{
    static const char months[] = "jan feb mar apr may jun jul aug sep oct nov dec ";
    size_t digits = strspn(at, "0123456789");
    if (digits == 4 && (n == 4 || at[4] == '-'))
        return strncmp(at, "19", 2) == 0 || strncmp(at, "20", 2) == 0;
    if (digits > 2 || digits != n)
        return false;
    const char *before = at;
    while (before > line && isspace((unsigned char)before[-1]))
        before--;
    while (before > line && isalpha((unsigned char)before[-1]))
        before--;
    const char *const sides[] = {at + n + strspn(at + n, " "), before};
    for (size_t i = 0; i < 2; i++) {
        char low[5] = "";
        size_t k = 0;
        for (; k < 3 && isalpha((unsigned char)sides[i][k]); k++)
            low[k] = (char)tolower((unsigned char)sides[i][k]);
        low[3] = ' ';
        if (k == 3 && strstr(months, low) != NULL)
            return true;
    }
    return false;
}

static bool figure_char(char c)
{
    return word_char(c) || c == '.' || c == ',' || c == '-' || c == ':';
}

/* The first figure of a line outside placeholders and brackets that has to be a placeholder; NULL:
 * there is none. */
static const char *typed_figure(struct drc_arena *a, const struct drc_ledger *l, const char *line)
{
    for (const char *p = line; *p != '\0';) {
        if (*p == '{' || *p == '[') {
            size_t n = strcspn(p, *p == '{' ? "}" : "]");
            p += p[n] == '\0' ? n : n + 1;
            continue;
        }
        size_t n = 0;
        bool digit = false;
        while (figure_char(p[n]))
            digit = isdigit((unsigned char)p[n++]) || digit;
        if (n == 0) {
            p++;
            continue;
        }
        size_t all = n;
        while (n > 0 && !word_char(p[n - 1])) /* the comma behind it */
            n--;
        const char *word = drc_arena_strndup(a, p, n);
        if (digit && !isalpha((unsigned char)*p) && !after_rank_word(line, p) &&
            !is_date_part(line, p, n) && !ledger_holds(l, word, n))
            return word;
        p += all;
    }
    return NULL;
}

/* Sentences come in the order of the lines that they stand in. */
static void refuse_typed_figures(struct drc_arena *a, const struct drc_ledger *l,
                                 const char *written, struct drc_grounding *g)
{
    const char *at = g->text, *line = g->text, *source = written;
    for (size_t i = 0; i < g->sentence_count; i++) {
        struct drc_ground_sentence *s = &g->sentences[i];
        const char *found = strstr(at, s->text);
        if (found == NULL)
            continue;
        for (; line < found; line++)
            if (*line == '\n' && strchr(source, '\n') != NULL)
                source = strchr(source, '\n') + 1;
        at = found + strlen(s->text);
        const char *copy = drc_arena_strndup(a, source, strcspn(source, "\n"));
        const char *figure = typed_figure(a, l, copy);
        if (figure == NULL)
            continue;
        reject(a, s, drc_arena_printf(a, "%s: figures are written as placeholders only", figure));
        g->ok = false;
    }
}

void drc_proof_check(struct drc_arena *a, const struct drc_ledger *ledger, const char *text,
                     bool in_form, struct drc_grounding *out)
{
    if (strlen(text) > DRC_GROUND_TEXT_MAX_BYTES) {
        drc_proof_refuse(a, "the text is too long to be checked", out);
        return;
    }
    const char *written = with_tags(a, ledger, with_braces(a, ledger, text));
    drc_proof_fill_check(a, ledger, written, out);
    if (in_form)
        refuse_typed_figures(a, ledger, written, out);
}
