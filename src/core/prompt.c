/* The exact text that a model is sent: the rules, the question, the context. */
#include <string.h>

#include "drc/answer.h"
#include "drc/buf.h"
#include "drc/digest.h"
#include "drc/tmpl.h"

#define PROMPT_MAX_BYTES (64u * 1024u)

const char *const drc_prompt_names[] = {"question", "context", NULL};

int drc_prompt_make(struct drc_arena *a, const struct drc_chips *chips, const struct drc_chip *chip,
                    const struct drc_context *c, const char *question, struct drc_prompt *out,
                    struct drc_err *err)
{
    const struct drc_tmpl_var vars[] = {
        {"question", question == NULL ? chip->question : drc_quoted(a, question)},
        {"context", c->text},
    };
    struct drc_buf b;
    drc_buf_init(&b, PROMPT_MAX_BYTES);
    int rc = drc_tmpl_render(chip->path, chip->prompt, vars, sizeof vars / sizeof *vars, &b, err);
    if (rc == 0) {
        out->system = chips->system;
        out->user = drc_arena_strdup(a, drc_buf_str(&b));
        const char *whole = drc_arena_printf(a, "%s\n%s", out->system, out->user);
        drc_sha256_hex(whole, strlen(whole), out->hash);
    }
    drc_buf_fini(&b);
    return rc;
}

const char *drc_answer_missing(struct drc_arena *a, const struct drc_chip *chip,
                               const struct drc_context *c)
{
    const char *list = NULL;
    for (size_t i = 0; i < chip->need_count; i++) {
        const struct drc_fact *f = drc_context_fact(c, chip->needs[i]);
        if (f != NULL && f->known)
            continue;
        const char *name = f == NULL ? chip->needs[i] : f->title;
        list = list == NULL ? name : drc_arena_printf(a, "%s, %s", list, name);
    }
    return list;
}
