#include "core/chart_parts.h"

#include <math.h>

#define NOTE_MAX 122.0 /* a note is a figure, not a sentence */
#define NOTE_MIN 24.0
#define GLYPH_ROOM 15.0 /* the warning triangle before a note */

static bool has_note(const struct columns *c, size_t n)
{
    for (size_t i = 0; i < c->row_count; i++)
        if (c->rows[i].notes[n] != NULL)
            return true;
    return false;
}

static void measure_column(const struct frame *f, struct columns *c, size_t n, const char *title)
{
    const struct drc_theme *t = f->t;
    struct column *col = &c->at[n];
    col->head = drc_chart_clean(f->a, t->regular, title);
    col->head = drc_chart_cut_end(f->a, t->regular, col->head, t->small_px, COLUMN_HEAD_MAX);
    col->width = fmax(NOTE_MIN, drc_font_width(t->regular, col->head, t->small_px));
    for (size_t i = 0; i < c->row_count; i++) {
        const struct drc_chart_row *in = &c->rows[i];
        if (in->notes[n] == NULL)
            continue;
        double glyph = in->note_alert[n] ? GLYPH_ROOM : 0;
        const struct drc_font *font = in->note_alert[n] ? t->semibold : t->regular;
        char *text = drc_chart_clean(f->a, font, in->notes[n]);
        text = drc_chart_cut_end(f->a, font, text, t->small_px, NOTE_MAX - glyph);
        c->notes[i][n] = text;
        col->width = fmax(col->width, drc_font_width(font, text, t->small_px) + glyph);
    }
}

void drc_columns_measure(const struct frame *f, struct columns *c, const struct drc_chart_row *rows,
                         size_t row_count, const char *const *titles)
{
    *c = (struct columns){.rows = rows, .row_count = row_count};
    for (size_t n = 0; n < DRC_CHART_NOTES_MAX; n++)
        if (titles[n] != NULL && has_note(c, n))
            measure_column(f, c, n, titles[n]);
}

double drc_columns_width(const struct columns *c)
{
    double sum = 0;
    for (size_t n = 0; n < DRC_CHART_NOTES_MAX; n++)
        if (c->at[n].width > 0)
            sum += c->at[n].width + COLUMN_GAP;
    return sum;
}

double drc_columns_place(struct columns *c, double right, double room)
{
    for (size_t n = DRC_CHART_NOTES_MAX; n-- > 0 && drc_columns_width(c) > room;)
        c->at[n].width = 0;
    for (size_t n = DRC_CHART_NOTES_MAX; n-- > 0;) {
        if (c->at[n].width == 0)
            continue;
        c->at[n].right = right;
        right -= c->at[n].width + COLUMN_GAP;
        c->heads = c->heads || *c->at[n].head != '\0';
    }
    return right;
}

void drc_columns_heads(const struct frame *f, const struct columns *c, double middle)
{
    const struct drc_theme *t = f->t;
    struct pen pen = {t->small_px, false, t->muted, ANCHOR_END};
    for (size_t n = 0; n < DRC_CHART_NOTES_MAX; n++)
        if (c->at[n].width > 0)
            drc_svg_text(f->svg, pen, c->at[n].right, drc_svg_baseline(middle, t->small_px),
                         c->at[n].head);
}

void drc_columns_row(const struct frame *f, const struct columns *c, size_t row, double middle)
{
    const struct drc_theme *t = f->t;
    const struct drc_chart_row *in = &c->rows[row];
    for (size_t n = 0; n < DRC_CHART_NOTES_MAX; n++) {
        const char *text = c->notes[row][n];
        if (text == NULL || c->at[n].width == 0)
            continue;
        double right = c->at[n].right;
        struct pen pen = {t->small_px, in->note_alert[n], in->is_other ? t->muted : t->ink,
                          ANCHOR_END};
        if (in->note_alert[n]) {
            double w = drc_font_width(t->semibold, text, t->small_px);
            drc_svg_warning(f->svg, right - w - GLYPH_ROOM, middle, t->alert);
            pen.fill = t->alert;
        }
        drc_svg_text(f->svg, pen, right, drc_svg_baseline(middle, t->small_px), text);
    }
}

double drc_columns_labels(const struct frame *f, const struct drc_chart_row *rows, size_t n,
                          double px, double max_width, char **out)
{
    const char **names = drc_arena_array(f->a, n + 1, sizeof *names);
    double width = 0;
    for (size_t i = 0; i < n; i++)
        names[i] = rows[i].label == NULL ? "" : rows[i].label;
    drc_chart_cut_names(f->a, f->t->regular, names, n, px, max_width, out);
    for (size_t i = 0; i < n; i++)
        width = fmax(width, drc_font_width(f->t->regular, out[i], px));
    return width;
}
