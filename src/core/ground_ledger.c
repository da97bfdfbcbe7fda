/* The ledger made ready: facts in one unit each, with what they are about; names, longest first. */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "drc/clock.h"
#include "drc/utf8.h"
#include "ground_inner.h"

/* ---- names -------------------------------------------------------------------------------- */

static bool name_char(char c)
{
    return isalnum((unsigned char)c) || c == '_' || (c & 0x80);
}

static bool joins(char c)
{
    return c != '\0' && strchr("-./:@\\", c) != NULL;
}

size_t ground_name_at(const struct ground *g, const char *s, size_t at, bool in_quotes, int *entity)
{
    if (at > 0 && (name_char(s[at - 1]) || (joins(s[at - 1]) && at > 1 && name_char(s[at - 2])) ||
                   s[at - 1] == '/' || s[at - 1] == '@'))
        return 0;
    for (size_t i = 0; i < g->name_count; i++) {
        const struct ground_name *n = &g->names[i];
        if ((n->only_quoted && !in_quotes) ||
            tolower((unsigned char)s[at]) != tolower((unsigned char)*n->text) ||
            strncasecmp(s + at, n->text, n->bytes) != 0)
            continue;
        char after = s[at + n->bytes];
        if (!name_char(after) && !(joins(after) && name_char(s[at + n->bytes + 1]))) {
            *entity = n->entity;
            return n->bytes;
        }
    }
    return 0;
}

/* A name that would read as a figure, an order or a judgement outside of quotes. */
static bool reads_like_text(const struct ground *g, const char *name)
{
    bool letters = false, money = strpbrk(name, "$%<>{}[]") != NULL, spaces = false, words = false;
    for (const char *p = name; *p != '\0';) {
        size_t n = 0;
        char low[32];
        while (isalpha((unsigned char)p[n]) && n + 1 < sizeof low) {
            low[n] = (char)tolower((unsigned char)p[n]);
            n++;
        }
        letters = letters || n > 0;
        spaces = spaces || *p == ' ';
        words =
            words || (n > 0 && (ground_word(g, low, n).roles &
                                (W_ORDER | W_JUDGE | W_SELF | W_CAUSE | W_UP | W_DOWN | W_NOT)));
        p += n > 0 ? n : 1;
    }
    return !letters || (spaces && (money || words));
}

static void add_name(struct ground *g, const char *text, int entity)
{
    struct ground_text plain;
    if (text == NULL || *text == '\0')
        return;
    ground_normalise(g->a, text, &plain);
    g->names[g->name_count++] =
        (struct ground_name){plain.s, plain.bytes, entity, reads_like_text(g, plain.s)};
}

/* Words of a name that has several: "Job compute, classic" is "classic job compute" too, and
 * "classic jobs" where no other entity is called so. */
#define NAME_WORDS_MAX 4
struct name_words {
    char word[NAME_WORDS_MAX][24];
    size_t count;
};

static void words_of(const char *name, struct name_words *out)
{
    out->count = 0;
    for (const char *p = name; *p != '\0';) {
        size_t n = strcspn(p, " ,");
        if (n >= sizeof out->word[0] || (n > 0 && out->count == NAME_WORDS_MAX)) {
            out->count = 0;
            return;
        }
        if (n > 0) {
            memcpy(out->word[out->count], p, n);
            out->word[out->count++][n] = '\0';
        }
        p += n > 0 ? n : 1;
    }
}

static bool has_word(const struct name_words *w, const char *word)
{
    for (size_t i = 0; i < w->count; i++)
        if (strcasecmp(w->word[i], word) == 0)
            return true;
    return false;
}

/* The last word first: how people turn a name with a comma. */
static void add_turned(struct ground *g, const char *name, int entity)
{
    struct name_words own;
    words_of(name, &own);
    if (own.count < 2 || strchr(name, ',') == NULL)
        return;
    const char *last = own.word[own.count - 1], *rest = own.word[0];
    for (size_t i = 0; i < g->ledger->entity_count; i++) {
        struct name_words other;
        words_of(g->ledger->entities[i].name, &other);
        if ((int)i != entity && has_word(&other, last))
            return;
    }
    if (own.count == 3)
        rest = drc_arena_printf(g->a, "%s %s", own.word[0], own.word[1]);
    add_name(g, drc_arena_printf(g->a, "%s %s", last, rest), entity);
    add_name(g, drc_arena_printf(g->a, "%s %s", rest, last), entity);
    for (size_t i = 0; i + 1 < own.count; i++) {
        add_name(g, drc_arena_printf(g->a, "%s %s", last, own.word[i]), entity);
        add_name(g, drc_arena_printf(g->a, "%s %ss", last, own.word[i]), entity);
    }
    if (strlen(last) > 7)
        add_name(g, last, entity);
}

static int longer_first(const void *x, const void *y)
{
    const struct ground_name *a = x, *b = y;
    if (a->bytes != b->bytes)
        return a->bytes < b->bytes ? 1 : -1;
    return strcmp(a->text, b->text);
}

static void add_names(struct ground *g)
{
    const struct drc_ledger *l = g->ledger;
    size_t count = 0;
    for (size_t i = 0; i < l->entity_count; i++)
        count += 2 + 2 * NAME_WORDS_MAX + 1 + l->entities[i].alias_count;
    g->names = drc_arena_array(g->a, count + l->fact_count + 1, sizeof *g->names);
    for (size_t i = 0; i < l->entity_count; i++) {
        const struct drc_ground_entity *e = &l->entities[i];
        add_name(g, e->name, (int)i);
        add_name(g, e->id, (int)i);
        add_turned(g, e->name, (int)i);
        for (size_t k = 0; k < e->alias_count; k++)
            add_name(g, e->aliases[k], (int)i);
    }
}

/* By id, name or alias; -1: no such entity. */
static int entity_index(const struct drc_ledger *l, const char *name)
{
    for (size_t i = 0; name != NULL && i < l->entity_count; i++) {
        const struct drc_ground_entity *e = &l->entities[i];
        if (strcmp(e->id, name) == 0 || strcmp(e->name, name) == 0)
            return (int)i;
        for (size_t k = 0; k < e->alias_count; k++)
            if (strcmp(e->aliases[k], name) == 0)
                return (int)i;
    }
    return -1;
}

/* ---- units and values --------------------------------------------------------------------- */

/* Unit and value as stated; the display decides where they do not fit together ("ratio" 12.3 shown
 * as "12 %"). */
static void take_value(struct drc_arena *a, struct ground_fact *out,
                       const struct drc_ground_fact *f)
{
    struct ground_text plain;
    struct drc_ground_number n;
    double scale = 1;
    bool known = f->unit != NULL && ground_unit(f->unit, &out->dim, &scale);
    out->value = f->value * (known ? scale : 1);
    out->shown = (double)NAN;
    if (f->display == NULL)
        return;
    ground_normalise(a, f->display, &plain);
    if (drc_ground_number(plain.s, &n) == 0 || isnan(n.value))
        return;
    double shown = n.sign < 0 ? -n.value : n.value, slack = n.half * 1.02 + 1e-9;
    if (!known && n.written)
        out->dim = n.dim;
    bool bare_factor = out->dim == DRC_DIM_RATIO && n.dim == DRC_DIM_COUNT && !n.written;
    if (bare_factor && fabs(fabs(f->value) - n.value) <= slack)
        out->dim = DRC_DIM_FACTOR;
    if (n.dim != out->dim && n.written)
        return; /* a display that says something else is not believed */
    out->shown = shown;
    if (fabs(fabs(out->value) - n.value) > slack && n.written) {
        double raw = fabs(f->value) * (n.dim == DRC_DIM_RATIO ? 0.01 : 1);
        if (fabs(raw - n.value) <= slack)
            out->value = f->value * (n.dim == DRC_DIM_RATIO ? 0.01 : 1);
    }
}

/* ---- what it is about --------------------------------------------------------------------- */

static void take_words(const struct ground *g, struct ground_fact *out, const char *text,
                       bool specific)
{
    for (const char *p = text == NULL ? "" : text; *p != '\0';) {
        char low[16];
        size_t n = 0;
        uint32_t concepts;
        while (isalnum((unsigned char)p[n]))
            n++;
        if (n == 0) {
            p++;
            continue;
        }
        size_t len = n < sizeof low - 1 ? n : sizeof low - 1;
        for (size_t i = 0; i < len; i++)
            low[i] = (char)tolower((unsigned char)p[i]);
        low[len] = '\0';
        bool known = ground_metric_word(g, low, len, &concepts);
        out->concepts |= concepts;
        if (specific && !known && out->specific_count < 4)
            memcpy(out->specific[out->specific_count++], low, len + 1);
        p += n;
    }
}

static bool has(const char *text, const char *word)
{
    return text != NULL && strcasestr(text, word) != NULL;
}

static void take_meaning(const struct ground *g, struct ground_fact *out)
{
    const struct drc_ground_fact *f = out->f;
    take_words(g, out, f->metric, true);
    take_words(g, out, f->title, false);
    if (has(f->metric, "on_demand") || has(f->metric, "ondemand") || has(f->title, "on-demand"))
        out->concepts = (out->concepts | C_ONDEMAND) & ~(uint32_t)C_SPOT;
    if (out->concepts & C_EVICT)
        out->concepts |= has(f->metric, "spot") ? C_SPOT : 0;
    if (has(f->op, "share") && out->dim == DRC_DIM_RATIO)
        out->concepts |= C_SHARE;
    bool signed_display = f->display != NULL && (*f->display == '+' || *f->display == '-');
    out->change = (out->concepts & C_CHANGE) != 0 || signed_display || has(f->op, "change") ||
                  has(f->unit, "delta") || has(f->unit, "change");
    if (out->change)
        out->concepts |= C_CHANGE;
    if (has(f->metric, "impact") || has(f->metric, "excess") ||
        (has(f->metric, "anomal") && out->dim != DRC_DIM_COUNT))
        out->concepts |= C_EXPECT; /* against what was expected */
    if (out->dim == DRC_DIM_USD)
        out->concepts |= C_COST;
}

/* ---- periods ------------------------------------------------------------------------------ */

static int64_t day_of(const struct ground_date *d)
{
    return d->year == 0 || d->month == 0 || d->day == 0 ? 0
                                                        : drc_date_day(d->year, d->month, d->day);
}

size_t ground_dates_of(struct drc_arena *a, const char *period, struct ground_date *out)
{
    struct ground_text plain;
    size_t count = 0;
    if (period == NULL)
        return 0;
    ground_normalise(a, period, &plain);
    for (const char *p = plain.s; *p != '\0' && count + 2 <= GROUND_DATES_MAX;) {
        size_t found, n = ground_date_at(p, out + count, &found);
        count += n > 0 ? found : 0;
        p += n > 0 ? n : 1;
    }
    for (size_t i = count; i-- > 1;) /* "26 Oct - 22 Nov 2026" */
        if (out[i - 1].year == 0 && out[i].year != 0)
            out[i - 1].year = out[i].year - (out[i - 1].month > out[i].month);
    return count;
}

static int64_t last_day(const struct ground_fact *f)
{
    return f->date_count == 0 ? 0 : day_of(&f->dates[f->date_count - 1]);
}

/* An earlier window is one that ends before the window of most facts. */
static void take_periods(struct ground *g)
{
    size_t n = g->ledger->fact_count, most = 0;
    int64_t usual = 0;
    for (size_t i = 0; i < n; i++) {
        size_t same = 0;
        for (size_t k = 0; k < n; k++)
            same += last_day(&g->facts[k]) == last_day(&g->facts[i]);
        if (same > most) {
            most = same;
            usual = last_day(&g->facts[i]);
        }
    }
    for (size_t i = 0; i < n; i++) {
        struct ground_fact *f = &g->facts[i];
        bool named = (f->concepts & C_BEFORE) != 0 && !f->change;
        bool said = has(f->f->period, "before") || has(f->f->period, "previous");
        f->before = named || said || (usual > 0 && last_day(f) > 0 && last_day(f) < usual);
        if (f->date_count == 2 && day_of(&f->dates[0]) > 0 && last_day(f) > 0)
            f->days = (double)(last_day(f) - day_of(&f->dates[0]) + 1);
    }
}

/* ---- derived facts ------------------------------------------------------------------------ */

static void take_operands(struct ground *g, struct ground_fact *out)
{
    int found = 0;
    out->two[0] = out->two[1] = -1;
    for (size_t i = 0; i < out->f->operand_count; i++)
        for (size_t k = 0; k < g->ledger->fact_count; k++) {
            const struct ground_fact *x = &g->facts[k];
            if (strcmp(x->f->id, out->f->operands[i]) != 0)
                continue;
            out->concepts |= out->change ? x->concepts & C_EXPECT : 0;
            if (x->entity < 0)
                continue;
            if (found < 2 && (found == 0 || out->two[0] != x->entity))
                out->two[found++] = x->entity;
        }
    if (found < 2) {
        if (out->entity < 0 && found == 1 && out->f->entity == NULL)
            out->entity = out->two[0];
        out->two[0] = out->two[1] = -1;
    }
}

/* ---- sources ------------------------------------------------------------------------------ */

/* A row of the graph that holds an order to a reader or a model: a role with a colon, a mention,
 * several words of orders. Pages of documentation are full of such words and come from us. */
static bool speaks_to_reader(const struct ground *g, const struct drc_ground_source *x)
{
    static const char *const marks[] = {"system:",  "assistant:",  "user:",      "@channel",
                                        "@here",    "@everyone",   "the reader", "readers",
                                        "tell the", "answer only", "reply with"};
    const char *const texts[] = {x->title, x->text};
    size_t orders = 0;
    for (size_t k = 0; k < 2; k++) {
        for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
            if (has(texts[k], marks[i]))
                return true;
        for (const char *p = texts[k] == NULL ? "" : texts[k]; *p != '\0';) {
            char low[16];
            size_t n = 0;
            for (; isalpha((unsigned char)p[n]); n++)
                low[n < 15 ? n : 15] = (char)tolower((unsigned char)p[n]);
            orders += n > 0 && n < sizeof low && (ground_word(g, low, n).roles & W_ORDER) != 0;
            p += n > 0 ? n : 1;
        }
    }
    return orders > 1;
}

static void take_sources(struct ground *g)
{
    g->cited = drc_arena_array(g->a, g->ledger->source_count + 1, sizeof *g->cited);
    g->tainted = drc_arena_array(g->a, g->ledger->source_count + 1, sizeof *g->tainted);
    for (size_t i = 0; i < g->ledger->source_count; i++)
        g->tainted[i] =
            *g->ledger->sources[i].id == 'G' && speaks_to_reader(g, &g->ledger->sources[i]);
}

/* The entity that three quarters of the facts of entities are of; -1: there is none. */
static int most_spoken_of(const struct ground *g)
{
    size_t all = 0, most = 0;
    int found = -1;
    for (size_t i = 0; i < g->ledger->fact_count; i++) {
        size_t own = 0;
        for (size_t k = 0; k < g->ledger->fact_count; k++)
            own += g->facts[k].entity == g->facts[i].entity;
        all += g->facts[i].entity >= 0;
        if (g->facts[i].entity >= 0 && own > most) {
            most = own;
            found = g->facts[i].entity;
        }
    }
    return 4 * most >= 3 * all ? found : -1;
}

void ground_prepare(struct drc_arena *a, const struct drc_ledger *l, struct ground *out)
{
    *out = (struct ground){.a = a, .ledger = l, .only = -1};
    ground_words_load(out);
    add_names(out);
    take_sources(out);
    out->facts = drc_arena_array(a, l->fact_count + 1, sizeof *out->facts);
    for (size_t i = 0; i < l->fact_count; i++) {
        struct ground_fact *f = &out->facts[i];
        f->f = &l->facts[i];
        f->entity = entity_index(l, f->f->entity);
        if (f->entity < 0 && f->f->entity != NULL) { /* named in a fact alone */
            f->entity = (int)(l->entity_count + i);
            for (size_t k = 0; k < i; k++)
                if (l->facts[k].entity != NULL && strcmp(l->facts[k].entity, f->f->entity) == 0)
                    f->entity = out->facts[k].entity;
            add_name(out, f->f->entity, f->entity);
        }
        take_value(a, f, f->f);
        take_meaning(out, f);
        f->date_count = ground_dates_of(a, f->f->period, f->dates);
    }
    qsort(out->names, out->name_count, sizeof *out->names, longer_first);
    take_periods(out);
    for (size_t i = 0; i < l->fact_count; i++)
        take_operands(out, &out->facts[i]);
    out->only = most_spoken_of(out);
    out->subject = entity_index(l, l->subject);
    if (out->subject < 0)
        out->subject = out->only;
}
