/* Replies of embedding endpoints: what is accepted is vectors of length 1 and of one size. */
#include <math.h>

#include "clients/embed/reply.h"
#include "drc/embed.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    if (bytes < 2)
        return 0;
    struct drc_arena *a = drc_arena_new();
    struct drc_err err = DRC_ERR_INIT;
    enum embed_shape shape = data[0] % 2 == 0 ? EMBED_OPENAI : EMBED_OLLAMA;
    size_t n = data[1] % 4 + 1;
    int asked = data[1] / 4 % 4, dim = asked;
    const float *v =
        embed_reply(a, shape, text_of(a, data + 2, bytes - 2), bytes - 2, n, &dim, &err);
    must_agree(v == NULL ? -1 : 0, &err);
    MUST(v != NULL || dim == asked);
    MUST(v == NULL || (dim > 0 && dim <= DRC_EMBED_DIM_MAX && (asked == 0 || dim == asked)));
    for (size_t i = 0; v != NULL && i < n; i++) {
        double square = 0;
        for (int k = 0; k < dim; k++)
            square += (double)v[i * (size_t)dim + (size_t)k] * v[i * (size_t)dim + (size_t)k];
        MUST(fabs(square - 1) < 1e-4);
    }
    drc_arena_free(a);
    return 0;
}
