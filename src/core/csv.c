/* The rows of a result as CSV (RFC 4180): money in dollars, exact; unknown is empty. */
#include <inttypes.h>
#include <string.h>

#include "drc/buf.h"
#include "drc/fmt.h"
#include "drc/report.h"

/* A leading = + - @ of a text would be a formula in a spreadsheet. */
static void add_text(struct drc_buf *b, const char *s)
{
    drc_buf_addch(b, '"');
    if (*s != '\0' && strchr("=+-@\t\r", *s) != NULL)
        drc_buf_addch(b, '\'');
    for (; *s != '\0'; s++) {
        if (*s == '"')
            drc_buf_addch(b, '"');
        drc_buf_addch(b, *s);
    }
    drc_buf_addch(b, '"');
}

static bool is_money(const struct drc_report *r, const char *column)
{
    enum drc_unit unit = drc_report_unit(r, column);
    return unit == DRC_UNIT_USD || unit == DRC_UNIT_DELTA;
}

static void add_cell(struct drc_buf *b, const struct drc_cell *c, bool money)
{
    char text[DRC_FMT_BYTES];
    if (c->type == DRC_CELL_NULL)
        return;
    if (c->type == DRC_CELL_TEXT)
        add_text(b, c->text);
    else if (c->type == DRC_CELL_INT && money)
        drc_buf_addstr(b, drc_fmt_usd_exact(c->i, text));
    else if (c->type == DRC_CELL_INT)
        drc_buf_printf(b, "%" PRId64, c->i);
    else
        drc_buf_printf(b, "%.12g", c->d);
}

/* The head names the unit: total_uusd, shown in dollars, is total_usd. */
static void add_head(struct drc_buf *b, const struct drc_report *r, const char *column)
{
    size_t n = strlen(column), tail = strlen("_uusd");
    bool money = is_money(r, column) && n > tail && strcmp(column + n - tail, "_uusd") == 0;
    drc_buf_printf(b, "%.*s%s", (int)(money ? n - tail : n), column, money ? "_usd" : "");
}

char *drc_result_csv(struct drc_arena *a, const struct drc_result *res)
{
    struct drc_buf b;
    size_t columns = res->rows.column_count;
    drc_buf_init(&b, DRC_CSV_MAX_BYTES);
    for (size_t c = 0; c < columns; c++) {
        drc_buf_addstr(&b, c == 0 ? "" : ",");
        add_head(&b, res->report, res->rows.columns[c]);
    }
    drc_buf_addstr(&b, "\r\n");
    for (size_t r = 0; r < res->rows.row_count; r++) {
        for (size_t c = 0; c < columns; c++) {
            drc_buf_addstr(&b, c == 0 ? "" : ",");
            add_cell(&b, &res->rows.cells[r * columns + c],
                     is_money(res->report, res->rows.columns[c]));
        }
        drc_buf_addstr(&b, "\r\n");
    }
    char *text = b.overflow ? NULL : drc_arena_strndup(a, drc_buf_str(&b), b.len);
    drc_buf_fini(&b);
    return text;
}
