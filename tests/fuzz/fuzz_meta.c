/* Front matter and templates: files that people write. The first byte chooses the kind. */
#include "fuzz.h"

#include "drc/meta.h"
#include "drc/tmpl.h"

static const char *const known[] = {"id", "title", "chip", "a", NULL};

static void check_meta(struct drc_arena *a, enum drc_meta_kind kind, const char *text)
{
    struct drc_err err = DRC_ERR_INIT;
    struct drc_meta m;
    int rc = drc_meta_parse(a, kind, "f", text, known, &m, &err);
    must_agree(rc, &err);
    if (rc < 0) {
        MUST(err.code == DRC_ERR_CONFIG && strncmp(err.msg, "f:", 2) == 0);
        return;
    }
    MUST(m.body >= text && m.body <= text + strlen(text));
    int line = 0;
    for (size_t i = 0; i < m.count; i++) {
        const struct drc_meta_entry *e = &m.entries[i];
        MUST(e->line > line);
        line = e->line;
        MUST(strchr(e->value, '\n') == NULL && drc_meta_get(&m, e->key) != NULL);
        const char *part[4];
        size_t n = drc_meta_split(a, e->value, '|', part, 4);
        MUST(n >= 1 && n <= 4);
    }
}

static void check_template(const char *text)
{
    static const char *const names[] = {"id", "n"};
    const struct drc_tmpl_var vars[] = {{"id", "{{n}}{{"}, {"n", "v"}};
    struct drc_err lint = DRC_ERR_INIT, err = DRC_ERR_INIT;
    struct drc_buf b;
    drc_buf_init(&b, 4096);
    int linted = drc_tmpl_lint("f", text, names, 2, &lint);
    int rc = drc_tmpl_render("f", text, vars, 2, &b, &err);
    must_agree(linted, &lint);
    must_agree(rc, &err);
    MUST(err.code == DRC_ERR_LIMIT || linted == rc); /* what lints renders */
    MUST(rc < 0 || strstr(text, "{{") != NULL || strcmp(drc_buf_str(&b), text) == 0);
    drc_buf_fini(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    if (bytes == 0)
        return 0;
    struct drc_arena *a = drc_arena_new();
    const char *text = text_of(a, data + 1, bytes - 1);
    if (data[0] % 3 == 2)
        check_template(text);
    else
        check_meta(a, data[0] % 3 == 0 ? DRC_META_SQL : DRC_META_MD, text);
    drc_arena_free(a);
    return 0;
}
