/* What the files of the groundedness checker share. */
#ifndef DRC_GROUND_INNER_H
#define DRC_GROUND_INNER_H

#include <stdint.h>

#include "drc/ground.h"

/* What a word is about. A fact has the concepts of the words of its metric and title. */
enum concept {
    C_COST = 1 << 0,
    C_SHARE = 1 << 1,
    C_CHANGE = 1 << 2,
    C_TOTAL = 1 << 3,
    C_RUNS = 1 << 4,
    C_FAILED = 1 << 5,
    C_ATTEMPT = 1 << 6,
    C_EVICT = 1 << 7,
    C_SUCCESS = 1 << 8,
    C_DURATION = 1 << 9,
    C_MEDIAN = 1 << 10,
    C_TAIL = 1 << 11, /* 95th percentile and the like */
    C_SPOT = 1 << 12,
    C_ONDEMAND = 1 << 13,
    C_DBU = 1 << 14,
    C_VM = 1 << 15,
    C_WASTE = 1 << 16,
    C_IDLE = 1 << 17,
    C_EXPECT = 1 << 18,
    C_RANK = 1 << 19,
    C_ROWS = 1 << 20, /* jobs, types, ...: what a report counts */
    C_DAYS = 1 << 21,
    C_PER = 1 << 22,
    C_PEAK = 1 << 23,
    C_SAVE = 1 << 24,
    C_STORAGE = 1 << 25,
    C_BEFORE = 1 << 26, /* the window before */
    C_BOUND = 1 << 27,
    C_PRICE = 1 << 28,
    C_FORECAST = 1 << 29,
    C_UTIL = 1 << 30
};

/* What a word does in a sentence. */
enum role {
    W_UP = 1 << 0,
    W_DOWN = 1 << 1,
    W_AGAINST = 1 << 2, /* what follows is compared with */
    W_ABOUT = 1 << 3,
    W_OVER = 1 << 4,
    W_UNDER = 1 << 5,
    W_MODAL = 1 << 6,
    W_REDUCE = 1 << 7,
    W_CAUSE = 1 << 8,
    W_NOT = 1 << 9,
    W_MOST = 1 << 10,
    W_LEAST = 1 << 11,
    W_ORDINAL = 1 << 12,
    W_ORDER = 1 << 13, /* an order to somebody, or a claim of one */
    W_JUDGE = 1 << 14, /* "healthy": nothing measured */
    W_SELF = 1 << 15,
    W_MULTIPLE = 1 << 16, /* doubled, twice */
    W_SPLIT = 1 << 17,    /* a clause begins */
    W_PREFIX = 1 << 18,
    W_PROPER = 1 << 19, /* may be written with a capital letter */
    W_JOINER = 1 << 20, /* part of hyphenated words that are no names */
    W_SUFFIX = 1 << 21,
    W_PLAIN = 1 << 22, /* known, and nothing else */
    W_BECOME = 1 << 23,
    W_WEEKDAY = 1 << 24,
    W_MAJORITY = 1 << 25,
    W_FROM = 1 << 26,
    W_ALL = 1 << 27,
    W_OUTDO = 1 << 28, /* "A exceeds B" */
    W_VAGUE = 1 << 29, /* how many, without a figure */
    W_TOPIC =
        1 << 30 /* what a figure may be of, and nothing is known of: only some facts have it */
};

struct word_class {
    uint32_t concepts, roles;
};
struct word_slot {
    const char *word;
    size_t bytes;
    struct word_class is;
};
#define GROUND_WORD_SLOTS 8192u /* twice the words of ground_words.c */

/* In lower case, a space between. */
extern const char ground_plain_words[];

bool ground_unit(const char *word, enum drc_ground_dim *dim, double *scale);
/* A day, month or year; parts that are not written are 0. */
struct ground_date {
    int year, month, day;
};
/* The date or range of dates at the start of `s`; its bytes, 0: none. At most two dates. */
size_t ground_date_at(const char *s, struct ground_date out[2], size_t *count);

#define GROUND_DATES_MAX 8
/* All dates of a text; room for GROUND_DATES_MAX. */
size_t ground_dates_of(struct drc_arena *a, const char *text, struct ground_date *out);
struct ground_fact {
    const struct drc_ground_fact *f;
    int entity; /* index; -1: of the whole */
    enum drc_ground_dim dim;
    double value; /* in the unit of the dimension */
    double shown; /* of the display; NaN: it shows no number */
    uint32_t concepts;
    bool change; /* has a sign that means more or less */
    bool before; /* of an earlier window than most facts */
    int two[2];  /* entities of a comparison; -1: not one */
    double days; /* length of its period; 0: unknown */
    struct ground_date dates[GROUND_DATES_MAX];
    size_t date_count;
    char specific[4][16]; /* words of its metric that are of no known concept */
    size_t specific_count;
};

struct ground_name {
    const char *text;
    size_t bytes;
    int entity;
    bool only_quoted; /* it reads like a sentence */
};

struct ground { /* a ledger, prepared */
    struct drc_arena *a;
    const struct drc_ledger *ledger;
    struct ground_fact *facts;
    struct ground_name *names; /* longest first */
    size_t name_count;
    int subject; /* entity; -1 */
    int only;    /* the one entity that nearly all facts are of; -1 */
    struct word_slot *words;
    bool *cited;   /* by source: by this sentence or one before it */
    bool *tainted; /* by source: it speaks to its reader, so nothing is said with its words */
};
void ground_words_load(struct ground *g);
/* Of one word in lower case. */
struct word_class ground_word(const struct ground *g, const char *low, size_t n);
/* The same, of its base where the word itself is not known: "surging", "carries". */
struct word_class ground_lemma(const struct ground *g, const char *low, size_t n);
/* Whether it is the base with an ending that English verbs and plurals have. */
bool ground_is_form(const char *low, const char *base);
/* Of a word in the name of a metric; false: it says something that is of no known concept. */
bool ground_metric_word(const struct ground *g, const char *low, size_t n, uint32_t *concepts);
void ground_prepare(struct drc_arena *a, const struct drc_ledger *l, struct ground *out);

/* ASCII where a character means the same; what cannot be seen is gone. `offset[i]`: where byte i
 * comes from in `text`. */
struct ground_text {
    char *s;
    uint32_t *offset;
    size_t bytes;
};
void ground_normalise(struct drc_arena *a, const char *text, struct ground_text *out);
/* Tables: what the head of a column says stands in each of its cells too. */
void ground_name_columns(struct drc_arena *a, struct ground_text *t);
#define GROUND_FOREIGN_CURRENCY "\001" /* stands for a sign of another currency than the dollar */
#define GROUND_FOREIGN_DIGIT "\002"    /* for a digit of another script */
/* Bytes of the longest name of an entity at s[at]; 0: none. `in_quotes`: a quote sign is before. */
size_t ground_name_at(const struct ground *g, const char *s, size_t at, bool in_quotes,
                      int *entity);

enum token_kind { T_WORD, T_NUMBER, T_DATE, T_ENTITY, T_CITE, T_LINK, T_MARK };
struct token {
    enum token_kind kind;
    const char *s; /* in the normalised text */
    size_t n;
    char *low; /* of a word */
    struct word_class is;
    int clause;
    int entity;                   /* T_ENTITY */
    struct drc_ground_number num; /* T_NUMBER */
    struct ground_date dates[2];  /* T_DATE */
    size_t date_count;
    int fact, source; /* T_CITE, and of a traced T_NUMBER its fact: index; -1 */
    bool known;       /* T_LINK: the address of a source */
    bool quoted;
    bool traced; /* T_NUMBER */
};

#define GROUND_FLAT_MAX 0.02      /* a change of less is none */
#define GROUND_UNCHANGED_MAX 0.03 /* a change of less is hardly any */
#define GROUND_REASONS_MAX 8
struct sentence {
    const struct ground *g;
    struct token *t; /* room for `room`; the next sentence gets it */
    size_t n, room;
    int carried;      /* entity of the sentence before, or the subject; -1 */
    int said;         /* entity that the text before speaks of, or the subject; -1 */
    int pair[2];      /* the last two entities that were named before this sentence; -1 */
    bool all_traced;  /* its figures */
    bool verified;    /* a claim without a figure was found true */
    uint32_t topic;   /* concepts of the sentence before */
    uint32_t plural;  /* concepts of the things before that "these" means; 0 */
    int described;    /* "the top job", where no entity is named; -1 */
    const char *text; /* normalised */
    bool *used;       /* facts that its figures are traced to */
    const char *reasons[GROUND_REASONS_MAX];
    size_t reason_count;
};
__attribute__((format(printf, 2, 3))) void ground_reject(struct sentence *s, const char *format,
                                                         ...);

/* The end of the sentence that begins at `at`; `skip`: list marks before its first word. */
size_t ground_sentence_end(const struct ground *g, const char *s, size_t at, size_t *skip);
/* Tokens of s[from, to). */
void ground_scan(const struct ground *g, const char *s, size_t from, size_t to,
                 struct sentence *out);
/* One token: a word with these letters; what it does; what it is about. */
bool ground_is(const struct sentence *s, size_t i, const char *low);
uint32_t ground_roles_at(const struct sentence *s, size_t i);
uint32_t ground_concepts_at(const struct sentence *s, size_t i);
bool ground_same_clause(const struct sentence *s, size_t i, size_t k);
uint32_t ground_clause_concepts(const struct sentence *s, size_t i);

/* What stands before a number: "about", "more than", "close to". `from`: its first token. */
enum ground_hedge { H_EXACT, H_PRECISELY, H_ABOUT, H_NEARLY, H_OVER, H_UNDER };
enum ground_hedge ground_hedge_of(const struct sentence *s, size_t i, size_t *from);
/* Tokens of the clause around number i, up to the numbers beside it: [*lo, *hi). */
void ground_region(const struct sentence *s, size_t i, size_t *lo, size_t *hi);
/* The entity named last before token i; -1. */
int ground_named_before(const struct sentence *s, size_t i, bool in_clause);
/* Whether number i, with its unit and hedge, may be the fact's value. */
bool ground_value_fits(const struct drc_ground_number *n, double fact, double shown,
                       enum ground_hedge hedge);
bool ground_number_fits(const struct drc_ground_number *n, const struct ground_fact *f,
                        enum ground_hedge hedge);
bool ground_metric_fits(const struct sentence *s, size_t i, const struct ground_fact *f);
bool ground_cited(const struct sentence *s, const struct ground_fact *f);
/* Of the digits at its start; 0 where there are none or too many. */
double ground_digits_value(const char *s);
bool ground_window_fits(const struct sentence *s, size_t i, const struct ground_fact *f);
bool ground_direction_fits(const struct sentence *s, size_t i, const struct ground_fact *f);

/* Each number against the facts. */
void ground_trace_numbers(struct sentence *s);
/* Whether a sentence without a figure rests on anything: a claim found true, a cited source, that
 * something is not known, an advice, or nothing but plain words. */
void ground_check_anchor(struct sentence *s);
/* In a cited source, or a word of a metric. */
bool ground_known_word(const struct sentence *s, const char *word, size_t n);
/* "... is not in the facts": nothing is claimed of token i. */
bool ground_negated(const struct sentence *s, size_t i);
bool ground_not_known(const struct sentence *s);
/* Token i stands in a clause that says that it is not known, or asks what is not. */
bool ground_of_unknown(const struct sentence *s, size_t i);
/* What is said without a number: names, links, citations, directions, ranks, causes, savings. */
void ground_check_names(struct sentence *s);
void ground_check_claims(struct sentence *s);

/* The entity that token `i` speaks of, of its clause or sentence; -1: none. `other`: a second one
 * that it may be; -1. */
int ground_bound_entity(const struct sentence *s, size_t i, int *other);
/* Whether a source that is cited here or earlier in the text has these words. */
bool ground_source_says(const struct sentence *s, const char *needle, size_t n);
bool ground_sentence_cites(const struct sentence *s, const char *needle, size_t n);
/* "p95", or "95th" of "95th percentile", where a metric is called p95_ms. */
bool ground_of_metric(const struct sentence *s, const struct token *t);
/* One of these words, up to NULL. */
bool ground_any_of(const struct sentence *s, size_t i, const char *const *words);
/* One of these, with any ending of a verb. */
bool ground_form_of(const struct sentence *s, size_t i, const char *const *bases);
/* The direction of a word: 1, -1, 0 none; and whether it stands by itself, not with a figure. */
int ground_sign_at(const struct sentence *s, size_t i);
/* "$5 falls on A": no direction. */
bool ground_falls_on(const struct sentence *s, size_t i);
bool ground_speaks_of_change(const struct sentence *s, size_t i);
void ground_check_cause(struct sentence *s, size_t i);
void ground_check_saving(struct sentence *s, size_t i);
void ground_check_manners(struct sentence *s, size_t i);
/* The direction that is said of number i: 1, -1, 0 none; and the token that says it, -1. */
int ground_direction(const struct sentence *s, size_t i);
bool ground_particle(const struct sentence *s, size_t i);
/* "grew faster", "fell less": the verb says where to, token k how much. */
bool ground_qualifies_verb(const struct sentence *s, size_t k);
int ground_governed_by(const struct sentence *s, size_t i);
/* The entity with the highest cost; -1: not known. */
int ground_dearest(const struct sentence *s);

/* What the clause of token i compares: the concept that it names, else cost. */
uint32_t ground_compared_concept(const struct sentence *s, size_t i);
/* The fact is a figure of the concept. */
bool ground_holds(const struct ground_fact *f, uint32_t concept);
/* Of an entity (-1: of the whole), in this window or the one before; NaN: no fact. */
double ground_value_of(const struct sentence *s, int entity, uint32_t concept, bool before);
/* The sign of its change; 0: unknown. */
int ground_change_of(const struct sentence *s, int entity, uint32_t concept);
/* Its place among those that have the figure, 1 = most (least); 0: unknown. */
int ground_place_of(const struct sentence *s, int entity, uint32_t concept, bool least);
/* The same by how much it rose (sign 1) or fell (-1). */
int ground_place_by_change(const struct sentence *s, int entity, int sign);
/* The first or last entity that tokens [from, to) name; -1: none. */
int ground_first_entity(const struct sentence *s, size_t from, size_t to, bool last);
/* "A costs more than B", said at token i with B = object. */
void ground_check_pair(struct sentence *s, size_t i, int object, int sign);
/* Claims of a word at token i. */
void ground_check_direction(struct sentence *s, size_t i);
double ground_multiple_at(const struct sentence *s, size_t i);
void ground_check_multiple(struct sentence *s, size_t i);
void ground_check_rank(struct sentence *s, size_t i);
bool ground_last_place(const struct sentence *s, size_t i);
void ground_check_order(struct sentence *s, size_t i);
void ground_check_listed_order(struct sentence *s, size_t i);
void ground_check_as_much(struct sentence *s, size_t i);
void ground_check_majority(struct sentence *s, size_t i);

#endif
