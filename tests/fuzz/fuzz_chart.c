/* Charts with hostile labels and figures: the SVG is well-formed and valid UTF-8, whatever a job is
 * called, and the same input gives the same bytes. */
#include "fuzz.h"

#include <ctype.h>

#include "../unit/chart_cases.h"
#include "drc/utf8.h"

static struct look look;
static struct drc_arena *forever;

/* Well-formed enough for XML 1.0: tags balance, attributes are quoted, no bare & or <. */
static bool well_formed(const char *s)
{
    const char *stack[64];
    size_t depth = 0, name;
    while (*s != '\0') {
        if (*s == '&') {
            size_t n = strcspn(s, ";");
            if (n > 6 || s[n] != ';' || (n == 1))
                return false;
        }
        if (*s != '<') {
            s++;
            continue;
        }
        bool closing = *++s == '/';
        s += closing;
        name = strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
        if (name == 0 || depth == 64)
            return false;
        if (closing) {
            if (depth == 0 || strncmp(stack[--depth], s, name) != 0 || s[name] != '>')
                return false;
        } else {
            stack[depth++] = s;
        }
        for (s += name; *s != '>' && *s != '\0'; s++) {
            if (*s == '<')
                return false;
            if (*s == '"') {
                s++;
                s += strcspn(s, "\"<");
                if (*s != '"')
                    return false;
            }
        }
        if (*s == '\0')
            return false;
        depth -= !closing && s[-1] == '/';
        s++;
    }
    return depth == 0;
}

static void check(int rc, const struct drc_buf *svg, const struct drc_err *err)
{
    must_agree(rc, err);
    if (rc < 0) {
        MUST(err->code == DRC_ERR_LIMIT);
        return;
    }
    MUST(drc_utf8_valid(drc_buf_str(svg), svg->len) && well_formed(drc_buf_str(svg)));
    MUST(strstr(drc_buf_str(svg), "nan") == NULL || strstr(drc_buf_str(svg), ">") != NULL);
    for (size_t i = 0; i < svg->len; i++)
        MUST((unsigned char)svg->data[i] >= 0x20 || svg->data[i] == '\n');
}

struct input {
    const uint8_t *at, *end;
};

static int64_t number(struct input *in)
{
    int64_t n = 0;
    size_t left = (size_t)(in->end - in->at), take = left < 6 ? left : 6;
    memcpy(&n, in->at, take);
    in->at += take;
    return n % 2 == 0 ? n / 2 : -(n / 1000);
}

static const char *label(struct drc_arena *a, struct input *in)
{
    size_t left = (size_t)(in->end - in->at), n = left == 0 ? 0 : *in->at++ % 40;
    left = (size_t)(in->end - in->at);
    n = n < left ? n : left;
    const char *s = drc_utf8_clean(a, (const char *)in->at, n, 80, false);
    in->at += n;
    return s;
}

/* Rows with a first value, notes and a strip of days; as many as the input says. */
static size_t take_rows(struct drc_arena *a, struct input *in,
                        struct drc_chart_row rows[DRC_CHART_ROWS_MAX], const int64_t *spark,
                        size_t spark_count)
{
    size_t n = in->at < in->end ? *in->at++ % (DRC_CHART_ROWS_MAX + 1) : 0;
    memset(rows, 0, DRC_CHART_ROWS_MAX * sizeof *rows);
    for (size_t i = 0; i < n; i++) {
        rows[i].label = label(a, in);
        rows[i].values[0] = number(in);
        rows[i].values[1] = number(in);
        rows[i].is_other = i + 1 == n && n % 2 == 0;
        rows[i].notes[i % DRC_CHART_NOTES_MAX] = label(a, in);
        rows[i].note_alert[0] = i % 3 == 0;
        rows[i].spark = i % 2 == 0 ? spark : NULL;
        rows[i].spark_count = spark_count;
    }
    return n;
}

/* A length of the day axis: none, one, weeks, a year. */
static size_t take_days(struct input *in)
{
    static const size_t lengths[] = {0, 1, 2, 7, 28, 61, 90, DRC_CHART_DAYS_MAX};
    return lengths[in->at < in->end ? *in->at++ % 8 : 0];
}

/* Days of figures; some are unknown. */
static const int64_t *take_values(struct drc_arena *a, struct input *in, size_t n)
{
    int64_t *values = drc_arena_array(a, n + 1, sizeof *values);
    for (size_t i = 0; i < n; i++)
        values[i] = i % 11 == 5 ? DRC_CHART_UNKNOWN : number(in);
    return values;
}

static void check_area(struct drc_arena *a, struct input in, struct drc_buf *svg)
{
    static const struct drc_chart_series series[] = {{"DBU", DRC_ROLE_FULL},
                                                     {"VM", DRC_ROLE_LIGHT}};
    struct drc_chart_row rows[DRC_CHART_ROWS_MAX];
    struct drc_chart_layer layers[DRC_CHART_LAYERS_MAX];
    struct drc_err err = DRC_ERR_INIT;
    size_t days = take_days(&in), n = take_rows(a, &in, rows, NULL, 0);
    for (size_t i = 0; i < DRC_CHART_LAYERS_MAX; i++)
        layers[i] = (struct drc_chart_layer){label(a, &in), take_values(a, &in, days)};
    struct drc_chart_area area = {.title = label(a, &in),
                                  .first_day = 20752,
                                  .day_count = days,
                                  .layers = layers,
                                  .layer_count = n % (DRC_CHART_LAYERS_MAX + 1)};
    struct drc_chart_hbar spec = {.title = label(a, &in),
                                  .series = series,
                                  .series_count = 2,
                                  .rows = rows,
                                  .row_count = n,
                                  .note_titles = {label(a, &in), "", NULL},
                                  .area = &area};
    check(drc_chart_stacked_hbar(look.theme, &spec, svg, &err), svg, &err);
}

static void check_pareto(struct drc_arena *a, struct input in, struct drc_buf *svg)
{
    struct drc_chart_row rows[DRC_CHART_ROWS_MAX];
    char classes[DRC_CHART_ROWS_MAX + 1];
    struct drc_err err = DRC_ERR_INIT;
    size_t n = take_rows(a, &in, rows, NULL, 0);
    for (size_t i = 0; i < n; i++)
        classes[i] = "ABC "[i % 4];
    classes[n] = '\0';
    struct drc_chart_pareto spec = {.title = label(a, &in),
                                    .subtitle = label(a, &in),
                                    .rows = rows,
                                    .row_count = n,
                                    .classes = classes,
                                    .rule_rows = n == 0 ? 0 : (size_t)number(&in) % (n + 1),
                                    .rule_text = label(a, &in),
                                    .note_titles = {label(a, &in), NULL, "Change"}};
    check(drc_chart_pareto(look.theme, &spec, svg, &err), svg, &err);
}

static void check_dots(struct drc_arena *a, struct input in, struct drc_buf *svg)
{
    struct drc_chart_row rows[DRC_CHART_ROWS_MAX];
    struct drc_err err = DRC_ERR_INIT;
    size_t days = take_days(&in);
    const int64_t *counts = take_values(a, &in, days);
    size_t n = take_rows(a, &in, rows, counts, days);
    struct drc_chart_dots spec = {.title = label(a, &in),
                                  .footer = label(a, &in),
                                  .rows = rows,
                                  .row_count = n,
                                  .value_title = label(a, &in),
                                  .note_titles = {"Attempts", label(a, &in), NULL},
                                  .first_day = 20752,
                                  .day_count = days};
    check(drc_chart_dots(look.theme, &spec, svg, &err), svg, &err);
}

/* The band, its events and its waterfall. */
static void check_band(struct drc_arena *a, struct input in, struct drc_buf *svg)
{
    struct drc_chart_event events[DRC_CHART_EVENTS_MAX];
    struct drc_chart_step steps[DRC_CHART_STEPS_MAX];
    struct drc_err err = DRC_ERR_INIT;
    size_t days = take_days(&in), choice = in.at < in.end ? *in.at++ : 0;
    for (size_t i = 0; i < DRC_CHART_EVENTS_MAX; i++) {
        int64_t first = 20740 + number(&in) % 120;
        events[i] = (struct drc_chart_event){.label = label(a, &in),
                                             .first_day = first,
                                             .last_day = first + (int64_t)(i * choice % 9),
                                             .level = (enum drc_chart_level)(i % 3),
                                             .notes = {label(a, &in), NULL, "x"}};
    }
    for (size_t i = 0; i < DRC_CHART_STEPS_MAX; i++)
        steps[i] = (struct drc_chart_step){label(a, &in), number(&in)};
    struct drc_chart_band spec = {.title = label(a, &in),
                                  .subtitle = label(a, &in),
                                  .plot_title = label(a, &in),
                                  .first_day = 20752,
                                  .day_count = days,
                                  .actual = take_values(a, &in, days),
                                  .expected = take_values(a, &in, days),
                                  .low = take_values(a, &in, days),
                                  .high = take_values(a, &in, days),
                                  .events = events,
                                  .event_count = choice % (DRC_CHART_EVENTS_MAX + 1),
                                  .list = choice % 2 == 0,
                                  .note_titles = {"Impact", label(a, &in), NULL},
                                  .steps_title = label(a, &in),
                                  .before_label = label(a, &in),
                                  .after_label = label(a, &in),
                                  .before_uusd = number(&in),
                                  .steps = steps,
                                  .step_count = choice % (DRC_CHART_STEPS_MAX + 1)};
    check(drc_chart_band(look.theme, &spec, svg, &err), svg, &err);
}

static void check_bars(struct drc_arena *a, struct input in, struct drc_buf *svg)
{
    static const struct drc_chart_series series[] = {
        {"DBU", DRC_ROLE_DBU}, {"Spot <&>", DRC_ROLE_SPOT}, {"Other", DRC_ROLE_OTHER}};
    struct drc_chart_row rows[DRC_CHART_ROWS_MAX];
    int64_t days[30];
    struct drc_err err = DRC_ERR_INIT;
    size_t n = in.at < in.end ? *in.at++ % (DRC_CHART_ROWS_MAX + 1) : 0;
    memset(rows, 0, sizeof rows);
    for (size_t i = 0; i < 30; i++)
        days[i] = number(&in);
    for (size_t i = 0; i < n; i++) {
        rows[i].label = label(a, &in);
        for (size_t k = 0; k < 3; k++)
            rows[i].values[k] = number(&in);
        rows[i].is_other = i + 1 == n && n % 2 == 0;
        rows[i].notes[0] = label(a, &in);
        rows[i].spark = days;
        rows[i].spark_count = 30;
    }
    struct drc_chart_hbar spec = {.title = label(a, &in),
                                  .subtitle = label(a, &in),
                                  .footer = label(a, &in),
                                  .series = series,
                                  .series_count = 3,
                                  .rows = rows,
                                  .row_count = n,
                                  .note_titles = {"Change", NULL, NULL},
                                  .sparkline = n % 3 == 0,
                                  .spark_title = "Days"};
    check(drc_chart_stacked_hbar(look.theme, &spec, svg, &err), svg, &err);
}

static void check_days(struct drc_arena *a, struct input in, struct drc_buf *svg)
{
    static const struct drc_chart_series series[] = {{"DBU", DRC_ROLE_DBU},
                                                     {"VM", DRC_ROLE_ONDEMAND}};
    int64_t values[120];
    struct drc_err err = DRC_ERR_INIT;
    size_t n = in.at < in.end ? *in.at++ % 61 : 0;
    for (size_t i = 0; i < 120; i++)
        values[i] = number(&in);
    const int64_t marks[] = {20752, 20752 + (int64_t)n / 2};
    const char *const names[] = {label(a, &in), label(a, &in)};
    struct drc_chart_days spec = {.title = label(a, &in),
                                  .subtitle = label(a, &in),
                                  .footer = label(a, &in),
                                  .series = series,
                                  .series_count = 2,
                                  .first_day = 20752,
                                  .day_count = n,
                                  .values = values,
                                  .reference_uusd = n % 2 == 0 ? INT64_MIN : number(&in),
                                  .reference_label = label(a, &in),
                                  .marks = marks,
                                  .mark_labels = names,
                                  .mark_count = n > 2 ? 2 : 0};
    check(drc_chart_days(look.theme, &spec, svg, &err), svg, &err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    static bool ready;
    if (!ready)
        look = load_look(forever = drc_arena_new());
    ready = true;
    if (bytes == 0)
        return 0;
    struct drc_arena *a = drc_arena_new();
    struct drc_buf svg, again;
    struct input in = {data + 1, data + bytes};
    drc_buf_init(&svg, 1 << 20);
    drc_buf_init(&again, 1 << 20);
    static void (*const draw[])(struct drc_arena *, struct input, struct drc_buf *) = {
        check_bars, check_days, check_area, check_pareto, check_dots, check_band};
    size_t kind = data[0] % (sizeof draw / sizeof *draw);
    draw[kind](a, in, &svg);
    draw[kind](a, in, &again);
    MUST(strcmp(drc_buf_str(&svg), drc_buf_str(&again)) == 0);
    drc_buf_fini(&svg);
    drc_buf_fini(&again);
    drc_arena_free(a);
    return 0;
}
