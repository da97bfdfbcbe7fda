/* Whether a number is of the metric that is said: the words beside it against those of the fact. */
#include <ctype.h>
#include <math.h>
#include <string.h>

#include "ground_inner.h"

static uint32_t concepts_in(const struct sentence *s, size_t from, size_t to)
{
    uint32_t all = 0;
    for (size_t k = from; k < to && k < s->n; k++)
        all |= ground_concepts_at(s, k);
    return all;
}

static uint32_t required(const struct ground_fact *f)
{
    uint32_t c = f->concepts & ~(uint32_t)(C_COST | C_TOTAL | C_DURATION | C_VM | C_BEFORE);
    if (c & C_WASTE)
        c &= ~(uint32_t)(C_FAILED | C_ATTEMPT | C_EVICT | C_SPOT | C_RUNS);
    if (c & C_EVICT)
        c &= ~(uint32_t)C_SPOT;
    if (c & (C_FAILED | C_SUCCESS))
        c &= ~(uint32_t)(C_ATTEMPT | C_RUNS);
    if (c & (C_SPOT | C_IDLE | C_WASTE | C_FAILED | C_SUCCESS | C_EVICT | C_ONDEMAND | C_CHANGE))
        c &= ~(uint32_t)C_SHARE;
    if (c & C_PER)
        c &= ~(uint32_t)(C_SUCCESS | C_RUNS | C_DAYS);
    if (c & C_CHANGE)
        c &= ~(uint32_t)(C_CHANGE | C_EXPECT);
    if (f->dim != DRC_DIM_COUNT)
        c &= ~(uint32_t)(C_ROWS | C_DAYS | (c & C_EVICT ? 0 : C_RUNS));
    if (f->dim == DRC_DIM_DBU)
        c &= ~(uint32_t)C_DBU;
    if ((c & C_ROWS) &&
        (c & (C_RUNS | C_FAILED | C_EVICT | C_SUCCESS | C_DAYS | C_RANK | C_ATTEMPT)))
        c &= ~(uint32_t)C_ROWS;
    return c;
}

/* What these words may stand for. */
static uint32_t widened(uint32_t words)
{
    if (words & C_FAILED)
        words |= C_WASTE;
    return words;
}

/* "of the cost", "of all spend", "of the total". */
static bool of_cost(const struct sentence *s, size_t i)
{
    for (size_t k = i + 1;
         k < s->n && k < i + 8 && s->t[k].kind == T_WORD && ground_same_clause(s, i, k); k++)
        if (ground_is(s, k, "of"))
            for (size_t m = k + 1; m < s->n && m < k + 5 && ground_same_clause(s, i, m); m++)
                if ((ground_concepts_at(s, m) & (C_COST | C_TOTAL)) || ground_is(s, m, "it") ||
                    (s->t[m].kind == T_NUMBER && s->t[m].num.dim == DRC_DIM_USD))
                    return true;
    return false;
}

double ground_digits_value(const char *s)
{
    double v = 0;
    size_t n = strspn(s, "0123456789");
    for (size_t i = 0; n < 10 && i < n; i++)
        v = v * 10 + (s[i] - '0');
    return v;
}

static bool specific_said(const struct sentence *s, const struct ground_fact *f)
{
    static const char *const sums[] = {"first", "top", "together", "combined", "up", NULL};
    bool cumulative = f->specific_count > 0 && strncmp(f->specific[0], "cum", 3) == 0;
    for (size_t k = 0; k < s->n && cumulative; k++)
        if (ground_any_of(s, k, sums)) /* "the first two jobs make up 54 %" */
            return true;
    for (size_t w = 0; w < f->specific_count; w++) {
        const char *word = f->specific[w];
        size_t letters = strcspn(word, "0123456789");
        letters -= letters > 4 && word[letters - 1] == 'y'; /* "queries" */
        double digits = ground_digits_value(word + letters);
        for (size_t k = 0; k < s->n; k++) {
            const struct token *t = &s->t[k];
            if (t->kind == T_WORD && letters > 2 &&
                strncmp(t->low, word, letters < 5 ? letters : 5) == 0)
                return true;
            if (t->kind == T_NUMBER && digits > 1 &&
                fabs(t->num.value * (t->num.dim == DRC_DIM_RATIO ? 100 : 1) - digits) < 1e-6)
                return true;
        }
    }
    return f->specific_count == 0;
}

/* "Of 40 runs in all, 28 ...": the noun of the figure before; 0: it has its own, or none. */
static uint32_t noun_of_whole(const struct sentence *s, size_t i, uint32_t counted)
{
    static const char *const of[] = {"of",   "among", "out",     "across",
                                     "from", "over",  "amongst", NULL};
    static const char *const them[] = {"them", "those", "these", "which", NULL};
    size_t whole = i;
    uint32_t last = 0;
    for (size_t k = 0; k < i && ground_is(s, i + 1, "of") && ground_any_of(s, i + 2, them); k++) {
        bool begins = s->t[k].kind == T_NUMBER;
        last = begins ? 0 : last | (ground_concepts_at(s, k) & counted);
    }
    if (last != 0)
        return last; /* "..., 6 of them on B" */
    for (size_t k = 0; k < i && whole == i; k++)
        if (s->t[k].kind == T_NUMBER && s->t[k].num.dim == DRC_DIM_COUNT)
            whole = k;
    bool of_them = ground_is(s, i + 1, "of") && ground_any_of(s, i + 2, them);
    if (of_them)
        return s->topic & counted; /* "Evictions are many. 15 of them hit A." */
    if (whole == i || whole == 0 || whole > 3)
        return 0;
    bool part = false;
    for (size_t k = 0; k < whole; k++)
        part = part || ground_any_of(s, k, of);
    return part ? concepts_in(s, whole + 1, i) & counted : 0;
}

/* "about 2 h per run" of a median */
static bool about_per_run(const struct sentence *s, size_t i, const struct ground_fact *f)
{
    size_t from;
    bool each =
        ground_is(s, i + 1, "per") || ground_is(s, i + 1, "a") || ground_is(s, i + 1, "each");
    for (size_t k = 0; k < s->g->ledger->fact_count; k++)
        if (s->g->facts[k].entity == f->entity && s->g->facts[k].dim == DRC_DIM_SECONDS &&
            (s->g->facts[k].concepts & C_PER))
            return false;
    return f->dim == DRC_DIM_SECONDS && each && (ground_concepts_at(s, i + 2) & C_RUNS) &&
           ground_hedge_of(s, i, &from) == H_ABOUT;
}

/* "run time 2 h" of a median, where no other duration is known. */
static bool only_duration(const struct sentence *s, const struct ground_fact *f)
{
    size_t count = 0;
    for (size_t k = 0; k < s->g->ledger->fact_count; k++)
        count += s->g->facts[k].entity == f->entity && s->g->facts[k].dim == DRC_DIM_SECONDS;
    bool run = false; /* "Run times are close: 2 h for A", "a run takes 2 h" */
    for (size_t k = 0; k < s->n; k++) {
        static const char *const takes[] = {"takes", "took", "that", "lasts", "lasted", NULL};
        run = run || (ground_is(s, k, "run") &&
                      (ground_any_of(s, k + 1, takes) || ground_is(s, k + 1, "times")) &&
                      (k == 0 || ground_is(s, k - 1, "a") || ground_is(s, k + 1, "times")));
    }
    return run && count == 1 && f->dim == DRC_DIM_SECONDS;
}

/* "A spends 73 % of its time on spot, B 59 %": the figure before has the same unit and was of the
 * same metric. */
static bool continues_metric(const struct sentence *s, size_t i, const struct ground_fact *f)
{
    static const uint32_t general = C_ROWS | C_TOTAL | C_SHARE;
    if (ground_clause_concepts(s, i) & ~general)
        return false;
    for (size_t k = i; k-- > 0;)
        if (s->t[k].kind == T_NUMBER && s->t[k].num.dim == s->t[i].num.dim)
            return s->t[k].traced && s->t[k].fact >= 0 && f->f->metric != NULL &&
                   s->g->facts[s->t[k].fact].f->metric != NULL &&
                   strcmp(s->g->facts[s->t[k].fact].f->metric, f->f->metric) == 0;
    return false;
}

static bool said_here(const struct sentence *s, size_t i, uint32_t need)
{
    static const uint32_t counted =
        C_RUNS | C_FAILED | C_ATTEMPT | C_EVICT | C_SUCCESS | C_ROWS | C_DAYS;
    size_t lo, hi;
    ground_region(s, i, &lo, &hi);
    uint32_t after = widened(concepts_in(s, i + 1, hi)), before = widened(concepts_in(s, lo, i));
    if (s->t[i].num.in_days)
        after |= C_DAYS;
    if (s->t[i].num.dim == DRC_DIM_DBU)
        after |= C_DBU;
    if (s->t[i].num.dim == DRC_DIM_COUNT) {
        uint32_t noun = (after & counted) ? 0 : noun_of_whole(s, i, counted);
        if (noun != 0)
            return (need & ~(noun | after | (before & ~counted) | (s->topic & counted))) == 0;
        if (after & C_ATTEMPT) /* "failures cost $5 in 6 attempts" */
            return (need & ~(after | widened(ground_clause_concepts(s, i)))) == 0;
        if (after & counted)
            return (need & ~(after | (before & ~counted))) == 0;
        if (before & counted)
            return (need & ~(before | after | (s->topic & counted))) == 0;
    }
    uint32_t clause = widened(ground_clause_concepts(s, i)) | after;
    if ((need & ~clause) == 0)
        return true;
    if ((clause & ~(uint32_t)(C_ROWS | C_TOTAL | C_SHARE)) == 0 && (need & ~s->topic) == 0)
        return true;
    uint32_t all = widened(concepts_in(s, 0, s->n) | s->plural);
    uint32_t axis = s->t[i].num.dim == DRC_DIM_SECONDS ? 0 : counted; /* "runs for 2 h" */
    bool own_words = (clause & (axis | C_SPOT | C_ONDEMAND | C_WASTE | C_MEDIAN | C_TAIL | C_SHARE |
                                C_IDLE | C_EXPECT)) != 0 &&
                     s->t[i].num.dim != DRC_DIM_USD;
    bool begun = (need & clause & ~(uint32_t)C_SHARE) != 0 && s->t[i].num.dim != DRC_DIM_COUNT;
    return (!own_words || begun) && (need & ~all) == 0;
}

/* The concepts of all facts that the number beside it may be. */
static uint32_t explained_by(const struct sentence *s, size_t k)
{
    size_t from;
    uint32_t all = 0;
    if (k >= s->n || s->t[k].kind != T_NUMBER)
        return 0;
    enum ground_hedge h = ground_hedge_of(s, k, &from);
    for (size_t i = 0; i < s->g->ledger->fact_count; i++)
        if (ground_number_fits(&s->t[k].num, &s->g->facts[i], h))
            all |= s->g->facts[i].concepts;
    return all;
}

static uint32_t allowed(const struct ground_fact *f)
{
    uint32_t c = f->concepts;
    if (c & C_EVICT)
        c |= C_SPOT;
    if ((c & (C_SPOT | C_ONDEMAND | C_IDLE | C_EVICT)) || f->dim != DRC_DIM_USD)
        c |= C_VM;
    if (c & C_WASTE)
        c |= C_FAILED | C_ATTEMPT | (c & C_EXPECT ? C_EVICT | C_SPOT : 0);
    if (c & (C_MEDIAN | C_TAIL))
        c |= C_PER; /* "2 h per run (median)" */
    if ((c & C_ROWS) && f->dim == DRC_DIM_COUNT)
        c |= C_SPOT; /* "28 jobs with spot nodes" */
    if ((f->concepts & C_FAILED) && (f->dim == DRC_DIM_RATIO || f->dim == DRC_DIM_POINTS))
        c |= C_EVICT | C_SPOT; /* "fail when they lose a worker" */
    return c;
}

/* "Per day, A costs $5", "These cost $5": what stands before the clause and holds for it. */
static uint32_t leading(const struct sentence *s, size_t i)
{
    static const char *const one[] = {"a", "single", "one", "each", NULL};
    for (size_t k = 1; k < i && s->t[i].num.dim == DRC_DIM_USD; k++)
        if (ground_is(s, k, "run") && ground_any_of(s, k - 1, one) && ground_same_clause(s, i, k))
            return C_PER; /* "a single run of A costs $5" */
    static const char *const times[] = {"day", "night", "week", "hour", "month", "year", NULL};
    for (size_t k = 0; k < i; k++)
        if ((ground_is(s, k, "every") || ground_is(s, k, "each")) && ground_any_of(s, k + 1, times))
            return C_PER;
    uint32_t all = s->plural & (C_FAILED | C_EVICT | C_WASTE | C_IDLE);
    for (size_t k = 0; k < i && s->t[k].clause == 0 && s->t[i].clause > 0; k++) {
        if (s->t[k].kind == T_NUMBER || s->t[k].kind == T_ENTITY)
            break;
        if (!ground_is(s, k, "every") && !ground_is(s, k, "each"))
            all |= ground_concepts_at(s, k) & (C_PER | C_PEAK | C_FORECAST | C_SAVE);
    }
    return all;
}

/* "The productive part of A cost $5": less than what A cost. */
static bool of_a_part(const struct sentence *s, size_t i, const struct ground_fact *f)
{
    static const char *const parts[] = {"part",  "portion",  "slice", "piece",
                                        "chunk", "fraction", NULL};
    if (f->dim != DRC_DIM_USD || f->change ||
        (f->concepts & ~(uint32_t)(C_COST | C_TOTAL | C_BEFORE)))
        return false;
    for (size_t k = 0; k < i; k++)
        if (ground_same_clause(s, i, k) && ground_any_of(s, k, parts) &&
            ground_is(s, k + 1, "of") && k + 2 < s->n && s->t[k + 2].kind == T_ENTITY)
            return true;
    return false;
}

/* "Wasted on A: $5": what the label says. */
static uint32_t label(const struct sentence *s, size_t i)
{
    size_t k = i;
    uint32_t all = 0;
    while (k > 0 && s->t[k - 1].kind == T_MARK && *s->t[k - 1].s == '*')
        k--;
    if (k < 2 || s->t[k - 1].kind != T_MARK || *s->t[k - 1].s != ':')
        return 0;
    size_t words = 0;
    for (size_t m = k - 1; m-- > 0 && s->t[m].clause == s->t[k - 2].clause; words++)
        all |= ground_concepts_at(s, m);
    return words < 7 ? all : 0; /* a sentence is no label */
}

/* "Most of the $5 is idle time", "how much of the $5 was wasted": that is a part of it. */
static bool part_is(const struct sentence *s, size_t i)
{
    static const char *const parts[] = {"most", "much", "part", "share", "half", "bulk", NULL};
    static const char *const verbs[] = {"is", "was", "were", "are", "went", NULL};
    size_t k = i;
    while (k > 0 && (ground_is(s, k - 1, "the") || ground_is(s, k - 1, "its")))
        k--;
    if (k < 2 || !ground_is(s, k - 1, "of") || !ground_any_of(s, k - 2, parts))
        return false;
    for (size_t m = i + 1; m < s->n; m++)
        if (ground_any_of(s, m, verbs))
            return true;
    return false;
}

/* Words beside the number that make another metric of it. */
static bool contradicted(const struct sentence *s, size_t i, const struct ground_fact *f)
{
    uint32_t strong = C_WASTE | C_FAILED | C_SPOT | C_ONDEMAND | C_IDLE | C_EXPECT | C_PER |
                      C_PEAK | C_SAVE | C_MEDIAN | C_TAIL | C_FORECAST | C_EVICT | C_SUCCESS |
                      C_STORAGE | C_DBU | C_PRICE | C_VM;
    size_t lo, hi;
    ground_region(s, i, &lo, &hi);
    bool alone_before = lo == 0 || s->t[lo - 1].kind != T_NUMBER;
    bool alone_after = hi == s->n || s->t[hi].kind != T_NUMBER;
    uint32_t before = concepts_in(s, lo, i) | leading(s, i) | label(s, i),
             after = concepts_in(s, i + 1, hi);
    if (s->t[i].num.dim == DRC_DIM_COUNT) {
        strong &= ~(uint32_t)(C_WASTE | C_DBU);
        before = (after != 0 ? 0 : before) | (leading(s, i) & C_PER);
    }
    if (f->dim == DRC_DIM_SECONDS && !(f->concepts & C_UTIL))
        for (size_t k = 0; k < s->g->ledger->fact_count; k++) /* time used is not time paid */
            if (s->g->facts[k].entity == f->entity && s->g->facts[k].dim == f->dim &&
                (s->g->facts[k].concepts & C_UTIL))
                strong |= C_UTIL;
    if (f->dim == DRC_DIM_SECONDS) /* "takes 2 h to complete a run" */
        strong &= ~(uint32_t)C_SUCCESS;
    if (i > 0 && ground_is(s, i - 1, "all")) /* "all 28 runs succeeded" is checked as a claim */
        strong &= ~(uint32_t)C_SUCCESS;
    bool whole = i > 1 && !alone_before; /* "$3 of the $5 was wasted" */
    for (size_t k = lo; k < i && whole; k++)
        whole = ground_is(s, k, "of") || ground_is(s, k, "the") || ground_is(s, k, "out") ||
                ground_is(s, k, "its") || s->t[k].kind == T_CITE;
    if ((whole && lo < i) || part_is(s, i))
        after = 0;
    if (!alone_before) {
        bool part = true; /* "17 of the 412 runs failed" */
        for (size_t k = lo; k < i; k++)
            part = part && (ground_is(s, k, "of") || ground_is(s, k, "the"));
        before &= ~explained_by(s, lo - 1);
        after &= part && lo < i ? ~explained_by(s, lo - 1) : ~0u;
    }
    if (!alone_after)
        after &= ~explained_by(s, hi);
    if (f->dim == DRC_DIM_RATIO && of_cost(s, i) &&
        (f->concepts & (C_SPOT | C_RUNS | C_SUCCESS | C_EVICT)) && !(f->concepts & C_COST))
        return true;
    return ((before | after) & strong & ~allowed(f)) != 0;
}

/* The words of its title stand here, or, where the fact is cited, one of them. */
static bool titled(const struct sentence *s, size_t i, const struct ground_fact *f)
{
    size_t words = 0, said = 0;
    for (const char *p = f->f->title == NULL ? "" : f->f->title; *p != '\0';) {
        size_t n = 0;
        while (isalpha((unsigned char)p[n]))
            n++;
        bool found = false;
        for (size_t k = 0; k < s->n && n > 3; k++)
            found = found || (ground_same_clause(s, i, k) && s->t[k].kind == T_WORD &&
                              strncasecmp(s->t[k].low, p, n < 6 ? n : 6) == 0);
        words += n > 3;
        said += found;
        p += n > 0 ? n : 1;
    }
    return words > 1 && said > 0 && (said == words || ground_cited(s, f));
}

/* "28 owners" is not said by a count of jobs: the word behind the number is in the name of the
 * fact, says nothing ("items"), or is a kind of entity that the facts have. */
static bool counts_these(const struct sentence *s, size_t i, const struct ground_fact *f)
{
    static const char *const any[] = {"items", "item", "rows",    "row",       "entities", "entity",
                                      "count", "days", "compute", "resources", NULL};
    const struct token *t = &s->t[i + 1];
    if (i + 1 >= s->n || t->kind != T_WORD || !(t->is.concepts & C_ROWS) ||
        !(f->concepts & C_ROWS) || f->dim != DRC_DIM_COUNT)
        return true;
    for (size_t k = 0; any[k] != NULL; k++)
        if (strcmp(t->low, any[k]) == 0)
            return true;
    size_t stem = t->n > 4 ? t->n - 1 : 3, kinds = 0;
    const char *const names[] = {f->f->metric, f->f->title, f->f->unit};
    for (size_t k = 0; k < 3; k++)
        for (const char *p = names[k]; p != NULL && *p != '\0'; p++)
            if (strncasecmp(p, t->low, stem) == 0)
                return true;
    for (size_t k = 0; k < s->g->ledger->entity_count; k++) {
        const char *id = s->g->ledger->entities[k].id;
        kinds += strchr(id, ':') != NULL;
        if (strncasecmp(id, t->low, stem) == 0)
            return true;
    }
    return kinds == 0 && f->f->metric != NULL && strstr(f->f->metric, "entit") != NULL;
}

/* "59 % of the runs" */
static bool of_runs(const struct sentence *s, size_t i)
{
    if (s->t[i].num.dim != DRC_DIM_RATIO || !ground_is(s, i + 1, "of"))
        return false;
    for (size_t k = i + 2; k < s->n && k < i + 5 && s->t[k].kind == T_WORD; k++)
        if (s->t[k].is.concepts & (C_RUNS | C_ATTEMPT))
            return true;
    return false;
}

bool ground_metric_fits(const struct sentence *s, size_t i, const struct ground_fact *f)
{
    if (f->change && i > 1 && ground_is(s, i - 1, "of") && ground_is(s, i - 2, "share"))
        return false; /* "a share of 34 %" is no change */
    if (i > 0 && ground_is(s, i - 1, "number") && !(f->concepts & C_RANK))
        return false; /* "number 6" is a place */
    uint32_t need = required(f);
    bool of = i > 1 && ground_is(s, i - 1, "of") && s->t[i - 2].kind == T_NUMBER;
    if ((need & C_ROWS) && of && (ground_clause_concepts(s, i) & C_RANK)) /* "rank 2 of 9" */
        need &= ~(uint32_t)C_ROWS;
    bool bare =
        s->t[i].num.dim == DRC_DIM_RATIO && ground_clause_concepts(s, i) == 0; /* "(23 %)" */
    if ((need & C_SHARE) && (bare || of_cost(s, i)))
        need &= ~(uint32_t)C_SHARE;
    if (f->f->metric != NULL && strstr(f->f->metric, "p50") != NULL)
        for (size_t k = 0; k < s->n; k++)
            if (s->t[k].kind == T_NUMBER && s->t[k].num.dim == DRC_DIM_RATIO &&
                s->t[k].num.value == 0.5)
                need &= ~(uint32_t)C_MEDIAN;
    if (about_per_run(s, i, f) || only_duration(s, f))
        need &= ~(uint32_t)C_MEDIAN;
    if (i > 1 && ground_is(s, i - 1, "of") && ground_is(s, i - 2, "instead"))
        need &= ~(uint32_t)C_EXPECT; /* "$5 instead of $3" */
    if (of_runs(s, i) && !(f->concepts & (C_RUNS | C_SUCCESS | C_FAILED | C_EVICT)))
        return false;
    if (f->specific_count > 0 && specific_said(s, f))
        need &= ~(uint32_t)C_UTIL; /* "64 % CPU" */
    bool said = (said_here(s, i, need) && (specific_said(s, f) || ground_cited(s, f))) ||
                titled(s, i, f) || continues_metric(s, i, f);
    return said && !of_a_part(s, i, f) && counts_these(s, i, f) && !contradicted(s, i, f);
}
