/* The groundedness checker: normalise, cut, scan, trace, check, judge. */
#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "drc/utf8.h"
#include "ground_inner.h"

void ground_reject(struct sentence *s, const char *format, ...)
{
    va_list ap;
    if (s->reason_count == GROUND_REASONS_MAX)
        return;
    va_start(ap, format);
    const char *text = drc_arena_vprintf(s->g->a, format, ap);
    va_end(ap);
    for (size_t i = 0; i < s->reason_count; i++)
        if (strcmp(s->reasons[i], text) == 0)
            return;
    s->reasons[s->reason_count++] = drc_utf8_clean(s->g->a, text, strlen(text), 200, false);
}

static void pair_after(const struct sentence *s, int pair[2])
{
    for (size_t i = 0; i < s->n; i++)
        if (s->t[i].kind == T_ENTITY && s->t[i].entity != pair[1]) {
            pair[0] = pair[1];
            pair[1] = s->t[i].entity;
        }
}

static int subject_after(const struct sentence *s)
{
    for (size_t i = 0; i < s->n; i++)
        if (s->t[i].kind == T_ENTITY)
            return s->t[i].entity;
    return s->carried < 0 ? s->described : s->carried;
}

/* "These cost $5": the attempts or evictions of the sentence before. */
static bool says_these(const struct sentence *s)
{
    static const char *const words[] = {"these", "those", "they", NULL};
    return ground_any_of(s, 0, words) && !(ground_concepts_at(s, 1) & (C_RUNS | C_ROWS));
}

/* What the next sentence may leave out: "Wasted: A $5. B follows with $3." */
static uint32_t topic_after(const struct sentence *s, uint32_t before)
{
    static const uint32_t general = C_ROWS | C_TOTAL | C_SHARE | C_DAYS;
    uint32_t all = 0;
    for (size_t i = 0; i < s->n; i++)
        all |= ground_concepts_at(s, i) | (ground_sign_at(s, i) != 0 ? C_CHANGE : 0u);
    return (all & ~general) == 0 ? all | before : all;
}

static uint32_t things_of(const struct sentence *s, uint32_t before)
{
    uint32_t all = says_these(s) ? before : 0;
    for (size_t i = 0; i < s->n; i++)
        all |= ground_concepts_at(s, i) & (C_FAILED | C_EVICT | C_ATTEMPT | C_WASTE | C_IDLE);
    return all;
}

/* "The three, largest first:": the list below it falls. */
static bool promises_order(const struct sentence *s)
{
    static const char *const most[] = {"largest", "highest",   "biggest", "costliest",
                                       "dearest", "expensive", "costly",  NULL};
    for (size_t i = 0; i < s->n; i++)
        if ((ground_any_of(s, i, most) && ground_is(s, i + 1, "first")) ||
            (ground_is(s, i, "descending") && ground_is(s, i + 1, "order")))
            return true;
    return false;
}

/* Each item of such a list costs no more than the one before it; `last`: what that cost. */
static void check_next_item(struct sentence *s, double *last)
{
    int entity = ground_first_entity(s, 0, s->n, false);
    double x = entity < 0 ? (double)NAN : ground_value_of(s, entity, C_COST, false);
    if (x > *last)
        ground_reject(s, "the facts do not show that order");
    *last = isnan(x) ? *last : x;
}

static void judge(const struct ground *g, struct sentence *s, struct drc_ground_sentence *out,
                  double *last)
{
    bool named = false, most = false;
    for (size_t i = 0; i < s->n; i++) {
        named = named || s->t[i].kind == T_ENTITY;
        most = most || (s->t[i].kind == T_WORD && (s->t[i].is.roles & W_MOST));
    }
    s->described = !named && most ? ground_dearest(s) : -1;
    ground_trace_numbers(s);
    ground_check_names(s);
    ground_check_claims(s);
    ground_check_anchor(s);
    if (last != NULL)
        check_next_item(s, last);
    for (size_t i = 0; i < s->n; i++) {
        out->figures += s->t[i].kind == T_NUMBER;
        out->traced += s->t[i].kind == T_NUMBER && s->t[i].traced;
    }
    out->ok = s->reason_count == 0;
    out->reason_count = s->reason_count;
    out->reasons = drc_arena_array(g->a, s->reason_count + 1, sizeof *out->reasons);
    for (size_t i = 0; i < s->reason_count; i++)
        out->reasons[i] = s->reasons[i];
}

/* What "the former" and "the latter" of the next sentence are. */
static bool too_much(const struct drc_ledger *l, const char *text)
{
    return strlen(text) > DRC_GROUND_TEXT_MAX_BYTES || l->fact_count > DRC_GROUND_FACTS_MAX ||
           l->entity_count > DRC_GROUND_FACTS_MAX || l->source_count > DRC_GROUND_FACTS_MAX;
}

static void refuse(struct drc_arena *a, struct drc_grounding *out, const char *why)
{
    out->sentences = drc_arena_array(a, 1, sizeof *out->sentences);
    out->sentences[0] = (struct drc_ground_sentence){.text = out->text};
    out->sentences[0].reasons = drc_arena_array(a, 1, sizeof *out->sentences[0].reasons);
    out->sentences[0].reasons[0] = why;
    out->sentences[0].reason_count = 1;
    out->sentence_count = 1;
}

void drc_ground_check(struct drc_arena *a, const struct drc_ledger *ledger, const char *text,
                      struct drc_grounding *out)
{
    struct ground g;
    struct ground_text plain;
    memset(out, 0, sizeof *out);
    out->text = "";
    if (too_much(ledger, text)) {
        refuse(a, out, "text or ledger is too large to be checked");
        return;
    }
    out->text = drc_utf8_clean(a, text, strlen(text), 8 * DRC_GROUND_TEXT_MAX_BYTES, true);
    ground_prepare(a, ledger, &g);
    ground_normalise(a, out->text, &plain);
    ground_name_columns(a, &plain);
    size_t most = 1;
    for (size_t i = 0; i < plain.bytes; i++)
        most += strchr("\n.!?", plain.s[i]) != NULL;
    out->sentences = drc_arena_array(a, most, sizeof *out->sentences);
    int carried = g.subject, said = ledger->subject != NULL ? g.subject : -1, pair[2] = {-1, -1};
    uint32_t things = 0, topic = 0;
    bool listed = false;
    double last = INFINITY;
    struct token *tokens = NULL;
    size_t room = 0;
    for (size_t at = 0; at < plain.bytes;) {
        struct sentence s = {.carried = carried,
                             .said = said,
                             .pair = {pair[0], pair[1]},
                             .t = tokens,
                             .room = room};
        size_t from, to = ground_sentence_end(&g, plain.s, at, &from);
        size_t begin = at + strspn(plain.s + at, " \t\n");
        at = to > at ? to : at + 1;
        if (from >= to)
            continue;
        ground_scan(&g, plain.s, from, to, &s);
        tokens = s.t;
        room = s.room;
        for (size_t i = 0; i < s.n; i++)
            if (s.t[i].kind == T_CITE && s.t[i].source >= 0)
                g.cited[s.t[i].source] = true;
        if (s.n == 0)
            continue;
        s.plural = says_these(&s) ? things : 0;
        s.topic = topic;
        bool in_list = from > begin && strchr("-*", plain.s[begin]) != NULL;
        bool item = listed && from > begin;
        struct drc_ground_sentence *r = &out->sentences[out->sentence_count++];
        r->text = drc_arena_strndup(a, out->text + plain.offset[from],
                                    plain.offset[to] - plain.offset[from]);
        judge(&g, &s, r, item ? &last : NULL);
        listed = item || promises_order(&s);
        last = item ? last : INFINITY;
        carried = subject_after(&s);
        said = ground_first_entity(&s, 0, s.n, false) >= 0 ? carried : said;
        pair_after(&s, pair);
        things = things_of(&s, things);
        topic = topic_after(&s, topic) | (in_list ? topic : 0);
        out->figures += r->figures;
        out->traced += r->traced;
    }
    out->ok = out->sentence_count > 0;
    for (size_t i = 0; i < out->sentence_count; i++)
        out->ok = out->ok && out->sentences[i].ok;
}
