#include "drc/tmpl.h"

#include <stdbool.h>
#include <string.h>

/* Finds the next {{name}} from p: *name and *bytes are set, returns what follows it. NULL without
 * error: no more. */
static const char *next_slot(const char *path, const char *p, const char **open, const char **name,
                             size_t *bytes, struct drc_err *err)
{
    *open = strstr(p, "{{");
    if (*open == NULL)
        return NULL;
    *name = *open + 2;
    *bytes = strspn(*name, "abcdefghijklmnopqrstuvwxyz0123456789_");
    if (*bytes == 0 || strncmp(*name + *bytes, "}}", 2) != 0) {
        drc_err_set(err, DRC_ERR_CONFIG, "%s: '%.20s' is not a {{name}}", path, *open);
        return NULL;
    }
    return *name + *bytes + 2;
}

static bool same(const char *name, size_t bytes, const char *known)
{
    return strlen(known) == bytes && strncmp(name, known, bytes) == 0;
}

int drc_tmpl_render(const char *path, const char *text, const struct drc_tmpl_var *vars,
                    size_t count, struct drc_buf *out, struct drc_err *err)
{
    const char *open, *name;
    size_t bytes;
    struct drc_err slot = DRC_ERR_INIT;
    for (const char *p = text, *after;; p = after) {
        after = next_slot(path, p, &open, &name, &bytes, &slot);
        if (after == NULL) {
            if (slot.code != DRC_OK)
                return drc_err_set(err, slot.code, "%s", slot.msg);
            drc_buf_addstr(out, p);
            break;
        }
        size_t i = 0;
        while (i < count && !same(name, bytes, vars[i].name))
            i++;
        if (i == count)
            return drc_err_set(err, DRC_ERR_CONFIG, "%s: no value for {{%.*s}}", path, (int)bytes,
                               name);
        drc_buf_add(out, p, (size_t)(open - p));
        drc_buf_addstr(out, vars[i].value);
    }
    if (out->overflow)
        return drc_err_set(err, DRC_ERR_LIMIT, "%s: the rendered text is over %zu bytes", path,
                           out->max);
    return 0;
}

int drc_tmpl_lint(const char *path, const char *text, const char *const *names, size_t count,
                  struct drc_err *err)
{
    const char *open, *name;
    size_t bytes;
    struct drc_err slot = DRC_ERR_INIT;
    for (const char *p = text; (p = next_slot(path, p, &open, &name, &bytes, &slot)) != NULL;) {
        size_t i = 0;
        while (i < count && !same(name, bytes, names[i]))
            i++;
        if (i == count)
            return drc_err_set(err, DRC_ERR_CONFIG, "%s: unknown name {{%.*s}}", path, (int)bytes,
                               name);
    }
    return slot.code == DRC_OK ? 0 : drc_err_set(err, slot.code, "%s", slot.msg);
}
