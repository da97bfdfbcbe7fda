/* The exact text that a model is sent: the rules, the question, the context. */
#include <string.h>

#include "drc/answer.h"
#include "drc/buf.h"
#include "drc/digest.h"
#include "drc/ground.h"
#include "drc/tmpl.h"

#define PROMPT_MAX_BYTES (64u * 1024u)

const char *const drc_prompt_names[] = {"question", "context", NULL};

/* Every occurrence of a name. */
static const char *replaced(struct drc_arena *a, const char *text, const char *name,
                            const char *with)
{
    struct drc_buf b;
    size_t n = strlen(name);
    drc_buf_init(&b, PROMPT_MAX_BYTES);
    for (const char *p = text; *p != '\0';) {
        bool here = n > 0 && strncmp(p, name, n) == 0;
        if (here)
            drc_buf_addstr(&b, with);
        else
            drc_buf_addch(&b, *p);
        p += here ? n : 1;
    }
    const char *out = drc_arena_strdup(a, drc_buf_str(&b));
    drc_buf_fini(&b);
    return out;
}

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
        out->system = c->in_form ? chips->system_form : chips->system;
        out->schema = c->in_form ? chips->schema : NULL;
        out->people = drc_arena_array(a, DRC_PEOPLE_MAX, sizeof *out->people);
        out->people_count = 0;
        out->user = drc_arena_strdup(a, drc_buf_str(&b));
        if (c->people != NULL)
            out->user =
                drc_people_alias(a, c->people, out->user, true, out->people, &out->people_count);
        const char *whole = drc_prompt_whole(a, out);
        drc_sha256_hex(whole, strlen(whole), out->hash);
    }
    drc_buf_fini(&b);
    return rc;
}

const char *drc_prompt_whole(struct drc_arena *a, const struct drc_prompt *p)
{
    return drc_arena_printf(a, "%s\n%s%s%s", p->system, p->user, p->schema == NULL ? "" : "\n",
                            p->schema == NULL ? "" : p->schema);
}

/* What the checker quotes has names in it where the model wrote aliases: they go back. */
const char *drc_prompt_repair(struct drc_arena *a, const struct drc_context *c,
                              struct drc_prompt *p, const struct drc_grounding *g)
{
    const char *whole = drc_ground_repair(a, p->user, g), *added = whole + strlen(p->user);
    for (size_t i = 0; i < c->alias_count && c->withhold.sql; i++)
        if (strcmp(c->result->report->entity, "query") == 0)
            added = replaced(a, added, c->aliases[i].name, c->aliases[i].alias);
    if (c->people != NULL)
        added = drc_people_alias(a, c->people, added, false, p->people, &p->people_count);
    return drc_arena_printf(a, "%s%s", p->user, added);
}
