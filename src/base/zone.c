/* TZif files: transitions of a zone, the rule of its footer written out. */
#include "drc/zone.h"

#include <stdbool.h>
#include <string.h>

#include "drc/clock.h"

#define LAST_YEAR 2199 /* as drc_date_parse */
#define DAY_S 86400
#define HEADER_BYTES 44u
#define INSTANT_MAX_S (INT64_C(1) << 40)
#define OFFSET_MAX_S (26 * 3600) /* RFC 8536 3.2: real zones stay far within it */

struct reader {
    const unsigned char *at;
    size_t left;
};

static int64_t big_endian(const unsigned char *p, int bytes)
{
    uint64_t v = p[0] & 0x80 ? UINT64_MAX : 0;
    for (int i = 0; i < bytes; i++)
        v = v << 8 | p[i];
    return (int64_t)v;
}

struct counts {
    size_t isut, isstd, leap, time, type, chars;
    int version;
};

static int take_header(struct reader *r, struct counts *c, struct drc_err *err)
{
    if (r->left < HEADER_BYTES || memcmp(r->at, "TZif", 4) != 0)
        return drc_err_set(err, DRC_ERR_PARSE, "it is no time zone file");
    size_t n[6];
    for (int i = 0; i < 6; i++) {
        int64_t v = big_endian(r->at + 20 + (size_t)i * 4, 4);
        if (v < 0 || v > (int64_t)DRC_ZONE_FILE_MAX_BYTES)
            return drc_err_set(err, DRC_ERR_PARSE, "a count in the time zone file is too large");
        n[i] = (size_t)v;
    }
    c->version = r->at[4] == 0 ? 1 : r->at[4] - '0';
    *c = (struct counts){n[0], n[1], n[2], n[3], n[4], n[5], c->version};
    r->at += HEADER_BYTES;
    r->left -= HEADER_BYTES;
    return 0;
}

static size_t block_bytes(const struct counts *c, size_t time_bytes)
{
    return c->time * time_bytes + c->time + c->type * 6 + c->chars + c->leap * (time_bytes + 4) +
           c->isstd + c->isut;
}

/* ---- the footer: a POSIX TZ string (RFC 8536 3.3, with times of -167 to 167 hours) -------- */

struct rule {  /* when a change happens within a year */
    char kind; /* 'M' month.week.weekday, 'J' day 1..365 without 29 February, '0' day 0..365 */
    int month, week, day;
    int seconds; /* of local time, from that day's begin */
};

struct footer {
    int32_t std, dst;
    bool has_dst;
    struct rule start, end;
};

static const char *skip_name(const char *s)
{
    size_t n;
    if (*s == '<') {
        n = strcspn(s, ">");
        return s[n] == '>' && n > 1 ? s + n + 1 : NULL;
    }
    n = strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
    return n >= 3 ? s + n : NULL;
}

static const char *take_number(const char *s, int max, int *out)
{
    int v = 0, digits = 0;
    for (; *s >= '0' && *s <= '9' && digits < 4; s++, digits++)
        v = v * 10 + (*s - '0');
    *out = v;
    return digits == 0 || v > max ? NULL : s;
}

/* [+-]hh[:mm[:ss]] in seconds. */
static const char *take_hours(const char *s, int max_hours, int *out)
{
    int part[3] = {0, 0, 0}, sign = *s == '-' ? -1 : 1;
    s += *s == '-' || *s == '+';
    for (int i = 0; i < 3; i++) {
        if (i > 0 && *s != ':')
            break;
        s = take_number(s + (i > 0), i == 0 ? max_hours : 59, &part[i]);
        if (s == NULL)
            return NULL;
    }
    *out = sign * (part[0] * 3600 + part[1] * 60 + part[2]);
    return s;
}

static const char *take_rule(const char *s, struct rule *r)
{
    *r = (struct rule){.kind = *s == 'M' || *s == 'J' ? *s : '0', .seconds = 7200};
    s += r->kind != '0';
    if (r->kind == 'M') {
        s = take_number(s, 12, &r->month);
        s = s == NULL || *s != '.' || r->month < 1 ? NULL : take_number(s + 1, 5, &r->week);
        s = s == NULL || *s != '.' || r->week < 1 ? NULL : take_number(s + 1, 6, &r->day);
    } else {
        s = take_number(s, 365, &r->day);
        if (s != NULL && r->kind == 'J' && r->day < 1)
            return NULL;
    }
    return s != NULL && *s == '/' ? take_hours(s + 1, 167, &r->seconds) : s;
}

static int parse_footer(const char *s, struct footer *f)
{
    int east;
    memset(f, 0, sizeof *f);
    if ((s = skip_name(s)) == NULL || (s = take_hours(s, 24, &east)) == NULL)
        return -1;
    f->std = -east; /* POSIX counts west of Greenwich */
    if (*s == '\0')
        return 0;
    f->has_dst = true;
    if ((s = skip_name(s)) == NULL)
        return -1;
    f->dst = f->std + 3600;
    if (*s != ',') {
        if ((s = take_hours(s, 24, &east)) == NULL)
            return -1;
        f->dst = -east;
    }
    if (*s != ',' || (s = take_rule(s + 1, &f->start)) == NULL || *s != ',' ||
        (s = take_rule(s + 1, &f->end)) == NULL || *s != '\0')
        return -1;
    return 0;
}

static int64_t rule_local(const struct rule *r, int year)
{
    int64_t day = drc_date_day(year, 1, 1);
    bool leap = drc_date_day(year + 1, 1, 1) - day == 366;
    if (r->kind == 'J') {
        day += r->day - 1 + (leap && r->day >= 60);
    } else if (r->kind == '0') {
        day += r->day;
    } else {
        int64_t first = drc_date_day(year, r->month, 1);
        int64_t after =
            r->month == 12 ? drc_date_day(year + 1, 1, 1) : drc_date_day(year, r->month + 1, 1);
        int sunday_based = (drc_date_weekday(first) + 1) % 7;
        day = first + (r->day - sunday_based + 7) % 7 + (r->week - 1) * 7;
        while (day >= after)
            day -= 7;
    }
    return day * DAY_S + r->seconds;
}

/* ---- the whole zone ----------------------------------------------------------------------- */

struct build {
    int64_t *at;
    int32_t *offset;
    size_t count;
};

static void add(struct build *b, int64_t at, int32_t offset)
{
    if (b->count > 0 && at <= b->at[b->count - 1])
        return;
    b->at[b->count] = at;
    b->offset[b->count++] = offset;
}

/* The rule's transitions after the last one that the file lists. */
static void write_out(struct build *b, const struct footer *f)
{
    int year = 1970, month, mday;
    if (b->count > 0) {
        int64_t last = b->at[b->count - 1];
        drc_date_civil(last / DAY_S - (last < 0), &year, &month, &mday);
    }
    for (year = year < 1900 ? 1900 : year; f->has_dst && year <= LAST_YEAR; year++) {
        int64_t start = rule_local(&f->start, year) - f->std,
                end = rule_local(&f->end, year) - f->dst;
        if (start < end) {
            add(b, start, f->dst);
            add(b, end, f->std);
        } else {
            add(b, end, f->std);
            add(b, start, f->dst);
        }
    }
}

static int take_transitions(struct reader *r, const struct counts *c, struct build *b,
                            int32_t *first, struct drc_err *err)
{
    const unsigned char *times = r->at, *index = times + c->time * 8, *types = index + c->time;
    if (c->type == 0)
        return drc_err_set(err, DRC_ERR_PARSE, "the time zone file names no offset");
    for (size_t i = 0; i < c->type; i++) {
        int64_t offset = big_endian(types + i * 6, 4);
        if (offset < -OFFSET_MAX_S || offset > OFFSET_MAX_S)
            return drc_err_set(err, DRC_ERR_PARSE, "an offset in the time zone file is too large");
    }
    *first = (int32_t)big_endian(types, 4);
    for (size_t i = 0; i < c->time; i++) {
        int64_t at = big_endian(times + i * 8, 8);
        if (index[i] >= c->type || at > INSTANT_MAX_S)
            return drc_err_set(err, DRC_ERR_PARSE, "a transition of the time zone file is invalid");
        int32_t offset = (int32_t)big_endian(types + (size_t)index[i] * 6, 4);
        if (b->count > 0 && at <= b->at[b->count - 1])
            return drc_err_set(err, DRC_ERR_PARSE, "the time zone file is not in order");
        if (at < -INSTANT_MAX_S) /* "since ever", in files made by old compilers */
            *first = offset;
        else
            add(b, at, offset);
    }
    return 0;
}

/* Behind the block: newline, rule, newline. */
static int take_footer(struct drc_arena *a, const struct reader *r, struct build *b, int32_t *first,
                       struct drc_err *err)
{
    struct footer f;
    const unsigned char *end =
        r->left < 2 || r->at[0] != '\n' ? NULL : memchr(r->at + 1, '\n', r->left - 1);
    if (end == NULL)
        return drc_err_set(err, DRC_ERR_PARSE, "the time zone file has no rule at its end");
    const char *text = drc_arena_strndup(a, (const char *)r->at + 1, (size_t)(end - r->at - 1));
    if (*text == '\0')
        return 0; /* nothing is known after the last transition: it stays */
    if (parse_footer(text, &f) < 0)
        return drc_err_set(err, DRC_ERR_PARSE, "the rule of the time zone is not readable: %.60s",
                           text);
    if (b->count == 0 && !f.has_dst)
        *first = f.std;
    write_out(b, &f);
    return 0;
}

int drc_zone_parse(struct drc_arena *a, const char *name, const void *data, size_t bytes,
                   struct drc_zone *out, struct drc_err *err)
{
    struct reader r = {data, bytes};
    struct counts c;
    if (bytes > DRC_ZONE_FILE_MAX_BYTES)
        return drc_err_set(err, DRC_ERR_PARSE, "the time zone file is too large");
    if (take_header(&r, &c, err) < 0)
        return -1;
    size_t old = block_bytes(&c, 4);
    if (c.version < 2 || old > r.left)
        return drc_err_set(err, DRC_ERR_PARSE, "the time zone file is of version 1 or cut short");
    r.at += old;
    r.left -= old;
    if (take_header(&r, &c, err) < 0)
        return -1;
    size_t block = block_bytes(&c, 8);
    if (block > r.left)
        return drc_err_set(err, DRC_ERR_PARSE, "the time zone file is cut short");
    size_t room = c.time + 2 * (LAST_YEAR - 1900 + 1);
    struct build b = {drc_arena_array(a, room, sizeof *b.at),
                      drc_arena_array(a, room, sizeof *b.offset), 0};
    int32_t first = 0;
    if (take_transitions(&r, &c, &b, &first, err) < 0)
        return -1;
    r.at += block;
    r.left -= block;
    if (take_footer(a, &r, &b, &first, err) < 0)
        return -1;
    *out = (struct drc_zone){drc_arena_strdup(a, name), first, b.count, b.at, b.offset};
    return 0;
}

/* Transitions at or before an instant. */
static size_t passed(const struct drc_zone *z, int64_t utc_s)
{
    size_t lo = 0, hi = z->count;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (z->at[mid] <= utc_s)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

static int32_t offset_after(const struct drc_zone *z, size_t n)
{
    return n == 0 ? z->first_offset : z->offset[n - 1];
}

int32_t drc_zone_offset(const struct drc_zone *z, int64_t utc_s)
{
    return offset_after(z, passed(z, utc_s));
}

int64_t drc_zone_instant(const struct drc_zone *z, int64_t local_s)
{
    size_t n = passed(z, local_s - OFFSET_MAX_S - 1), last = passed(z, local_s + OFFSET_MAX_S + 1);
    /* Each stretch between two transitions in turn: the first that shows this time has it; a gap
     * lies behind a stretch that ends too early and before one that begins too late. */
    for (; n <= last; n++) {
        int64_t instant = local_s - offset_after(z, n);
        if (n == last || instant < z->at[n])
            return instant;
        if (local_s - offset_after(z, n + 1) < z->at[n]) /* in the gap */
            return instant;
    }
    return local_s - offset_after(z, last);
}
