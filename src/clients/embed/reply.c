#include "reply.h"

#include <math.h>
#include <string.h>

#include "drc/embed.h"
#include "drc/jsonx.h"

static int bad(struct drc_err *err, const char *what)
{
    return drc_err_set(err, DRC_ERR_PARSE, "%s", what);
}

/* One vector; `row` counts from 1 in what a person reads. */
static int take_vector(const json_t *v, size_t row, int dim, float *out, struct drc_err *err)
{
    double square = 0;
    if (!json_is_array(v))
        return drc_err_set(err, DRC_ERR_PARSE, "vector %zu is missing", row + 1);
    if (json_array_size(v) != (size_t)dim)
        return drc_err_set(err, DRC_ERR_PARSE, "vector %zu has %zu numbers, not %d", row + 1,
                           json_array_size(v), dim);
    for (int i = 0; i < dim; i++) {
        const json_t *x = json_array_get(v, (size_t)i);
        double d = json_number_value(x);
        if (!json_is_number(x) || !(fabs(d) <= 1e18)) /* the square stays a number */
            return drc_err_set(err, DRC_ERR_PARSE, "vector %zu holds something that is no number",
                               row + 1);
        out[i] = (float)d;
        square += (double)out[i] * out[i];
    }
    if (!(square > 1e-30))
        return drc_err_set(err, DRC_ERR_PARSE, "vector %zu is all zeros", row + 1);
    for (int i = 0; i < dim; i++)
        out[i] = (float)(out[i] / sqrt(square));
    return 0;
}

static const json_t *vector_of(enum embed_shape shape, const json_t *item)
{
    return shape == EMBED_OPENAI ? json_object_get(item, "embedding") : item;
}

static int take_all(const json_t *list, enum embed_shape shape, size_t n, int dim, float *out,
                    bool *seen, struct drc_err *err)
{
    for (size_t i = 0; i < n; i++) {
        const json_t *item = json_array_get(list, i);
        int64_t at = shape == EMBED_OPENAI ? drc_json_int(item, "index", (int64_t)i) : (int64_t)i;
        if (at < 0 || (size_t)at >= n || seen[at])
            return bad(err, "its vectors are numbered wrongly");
        seen[at] = true;
        if (take_vector(vector_of(shape, item), (size_t)at, dim, out + at * dim, err) < 0)
            return -1;
    }
    return 0;
}

const float *embed_reply(struct drc_arena *a, enum embed_shape shape, const char *body,
                         size_t bytes, size_t n, int *dim, struct drc_err *err)
{
    json_t *root = drc_json_parse(body, bytes, err);
    if (root == NULL)
        return NULL;
    const json_t *list = json_object_get(root, shape == EMBED_OPENAI ? "data" : "embeddings");
    size_t first = json_array_size(vector_of(shape, json_array_get(list, 0)));
    int expected = *dim != 0 ? *dim : first <= DRC_EMBED_DIM_MAX ? (int)first : 0;
    float *out = NULL;
    int rc = -1;
    if (!json_is_array(list))
        bad(err, "it sent no vectors");
    else if (json_array_size(list) != n)
        drc_err_set(err, DRC_ERR_PARSE, "it sent %zu vectors for %zu texts", json_array_size(list),
                    n);
    else if (expected == 0)
        drc_err_set(err, DRC_ERR_PARSE, "its vectors have %zu numbers; 1 to %d are possible", first,
                    DRC_EMBED_DIM_MAX);
    else {
        bool *seen = drc_arena_array(a, n, sizeof *seen);
        out = drc_arena_array(a, n * (size_t)expected, sizeof *out);
        rc = take_all(list, shape, n, expected, out, seen, err);
    }
    json_decref(root);
    if (rc < 0)
        return NULL;
    *dim = expected;
    return out;
}
