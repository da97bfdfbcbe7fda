/* The words after a report's name, and the values of buttons. */
#include "fuzz.h"

#include "drc/compose.h"
#include "drc/limits.h"
#include "drc/report.h"
#include "drc/utf8.h"

static void check_value(struct drc_arena *a, const char *text)
{
    const char *run = NULL, *entity = NULL, *run2, *entity2;
    if (drc_value_split(a, text, &run, &entity) < 0)
        return;
    MUST(*run != '\0' && *entity != '\0' && strchr(run, ' ') == NULL);
    const char *made = drc_value_make(a, run, entity);
    MUST(strcmp(made, text) == 0);
    MUST(drc_value_split(a, made, &run2, &entity2) == 0 && strcmp(entity, entity2) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    static struct drc_param_def days = {"days", "28", "1..90"};
    const struct drc_report r = {.id = "r", .top = 15, .params = &days, .param_count = 1};
    struct drc_arena *a = drc_arena_new();
    struct drc_err err = DRC_ERR_INIT;
    struct drc_params p, back;
    const char *text = text_of(a, data, bytes);
    int rc = drc_params_parse(a, &r, text, &p, &err);
    must_agree(rc, &err);
    MUST(rc == 0 || err.code == DRC_ERR_INPUT);
    if (rc == 0) {
        MUST(p.days >= 1 && p.days <= 90 && p.top >= 1 && p.top <= DRC_CHART_BARS_MAX);
        MUST(p.workspace == NULL || (*p.workspace != '\0' && drc_utf8_count(p.workspace) <= 80));
        const char *canonical = drc_params_text(a, &r, &p); /* "r 28d ...": it reads back */
        MUST(drc_params_parse(a, &r, canonical + 2, &back, NULL) == 0);
        MUST(back.days == p.days && back.top == p.top && back.as_of_day == p.as_of_day);
        MUST(strcmp(drc_params_text(a, &r, &back), canonical) == 0);
    }
    check_value(a, text);
    drc_arena_free(a);
    return 0;
}
