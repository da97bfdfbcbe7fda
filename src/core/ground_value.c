/* Whether a number is a value: what stands before it ("about", "more than"), rounding, units. */
#include <math.h>

#include "ground_inner.h"

#define ROUNDING_MAX 0.05 /* without "about", at most this far off, so that "2 h" is not 1.5 h */

/* What stands before the number: "about", "more than", "close to". `from`: its first token. */
enum ground_hedge ground_hedge_of(const struct sentence *s, size_t i, size_t *from)
{
    size_t j = i;
    *from = i;
    while (j > 0 && (ground_is(s, j - 1, "a") || ground_is(s, j - 1, "an") ||
                     (s->t[j - 1].kind == T_MARK && *s->t[j - 1].s == '*')))
        j--;
    if (j == 0)
        return H_EXACT;
    const struct token *p = &s->t[j - 1];
    uint32_t two = j > 1 ? ground_roles_at(s, j - 2) : 0;
    *from = j - 1;
    if (p->kind == T_MARK && *p->s == '~')
        return H_ABOUT;
    if (ground_is(s, j - 1, "exactly") || ground_is(s, j - 1, "precisely"))
        return H_PRECISELY;
    if (ground_is(s, j - 1, "than") && (two & (W_UP | W_DOWN))) {
        *from = j - 2;
        return two & W_UP ? H_OVER : H_UNDER;
    }
    if (ground_is(s, j - 1, "to") && j > 1 &&
        (ground_is(s, j - 2, "close") || ground_is(s, j - 2, "up"))) {
        bool sum = j > 2 && ground_is(s, j - 2, "up") &&
                   (ground_is(s, j - 3, "add") || ground_is(s, j - 3, "adds") ||
                    ground_is(s, j - 3, "comes") || ground_is(s, j - 3, "went"));
        *from = j - 2;
        return sum ? H_EXACT : ground_is(s, j - 2, "up") ? H_UNDER : H_ABOUT;
    }
    if (ground_is(s, j - 1, "of") && j > 1) {
        *from = j - 2;
        if (ground_is(s, j - 2, "shy"))
            return H_UNDER;
        if (ground_is(s, j - 2, "north") || ground_is(s, j - 2, "upwards") ||
            ground_is(s, j - 2, "excess"))
            return H_OVER;
        *from = j - 1;
    }
    if ((ground_is(s, j - 1, "least") || ground_is(s, j - 1, "most")) && j > 1 &&
        ground_is(s, j - 2, "at"))
        return ground_is(s, j - 1, "least") ? H_OVER : H_UNDER;
    uint32_t roles = ground_roles_at(s, j - 1);
    if ((roles & (W_ABOUT | W_UNDER)) == (W_ABOUT | W_UNDER))
        return H_NEARLY;
    if (roles & W_ABOUT)
        return H_ABOUT;
    if (roles & (W_OVER | W_UNDER) && !ground_is(s, j - 1, "most") && !ground_is(s, j - 1, "least"))
        return roles & W_OVER ? H_OVER : H_UNDER;
    *from = i;
    return H_EXACT;
}

bool ground_value_fits(const struct drc_ground_number *n, double fact, double shown,
                       enum ground_hedge hedge)
{
    double v = n->value, x = fabs(fact), half = n->half, eps = 1e-9 * (1 + v);
    bool rounded = n->dim != DRC_DIM_RATIO && n->dim != DRC_DIM_POINTS;
    if (isnan(v) || isnan(x))
        return false;
    if (hedge <= H_PRECISELY && !isnan(shown) && fabs(fabs(shown) - v) <= eps)
        return true;
    if (rounded && half > ROUNDING_MAX * v && v > 0 && n->dim != DRC_DIM_COUNT)
        half = ROUNDING_MAX * v;
    if (hedge == H_PRECISELY || hedge > H_ABOUT)
        half = n->exact; /* "under $4,000" is not $4,120 */
    if (hedge == H_ABOUT) {
        double place = v > 0 ? pow(10, floor(log10(v)) + 1 - (n->digits > 0 ? n->digits : 1)) : 0;
        double wide = n->spelled && n->dim == DRC_DIM_RATIO ? 0.1 * v : place / 2;
        if (n->dim == DRC_DIM_SECONDS && n->digits > 1)
            wide = half; /* the places are those of hours, not of seconds */
        half = fmax(half, fmin(wide, 0.125 * v));
    }
    double low = v - half, high = v + half;
    low = hedge == H_NEARLY ? 0.9 * v : hedge == H_UNDER ? 0.75 * v : low;
    high = hedge != H_OVER ? high : n->spelled && v == 0.5 ? 1 : 1.25 * v;
    return x >= low - eps && x <= high + eps;
}

static bool units_fit(const struct drc_ground_number *n, const struct ground_fact *f)
{
    if (n->dim == f->dim)
        return true;
    if (f->dim == DRC_DIM_FACTOR)
        return n->dim == DRC_DIM_COUNT;
    return n->dim == DRC_DIM_DBU && f->dim == DRC_DIM_COUNT && (f->concepts & C_DBU);
}

bool ground_number_fits(const struct drc_ground_number *n, const struct ground_fact *f,
                        enum ground_hedge hedge)
{
    if (n->in_days && f->dim == DRC_DIM_COUNT && (f->concepts & C_DAYS))
        return fabs(n->value / 86400 - f->value) < 0.5;
    return units_fit(n, f) && ground_value_fits(n, f->value, f->shown, hedge);
}
