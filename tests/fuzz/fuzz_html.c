/* A page of documentation: any bytes become a page or are refused for a cap. */
#include "fuzz.h"

#include "drc/html.h"
#include "drc/utf8.h"

/* One line, nothing that a reader cannot see. */
static void must_be_line(const char *s)
{
    MUST(drc_utf8_valid(s, strlen(s)) && strchr(s, '\n') == NULL);
    MUST(*s != ' ' && (*s == '\0' || s[strlen(s) - 1] != ' '));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    struct drc_arena *a = drc_arena_new();
    struct drc_err err = DRC_ERR_INIT;
    struct drc_html_page p;
    int rc = drc_html_read(a, (const char *)data, bytes, &p, &err);
    must_agree(rc, &err);
    MUST(rc == 0 || err.code == DRC_ERR_LIMIT);
    for (size_t i = 0; rc == 0 && i < p.section_count; i++) {
        const struct drc_html_section *s = &p.sections[i];
        must_be_line(s->heading);
        must_be_line(s->anchor);
        MUST(strpbrk(s->anchor, " \"<>{}#") == NULL);
        MUST(i == 0 ? s->level == 0 : s->level >= 2 && s->level <= 6 && *s->heading != '\0');
        MUST(drc_utf8_valid(s->text, strlen(s->text)));
        /* No line of text can pass for a heading or for the end of front matter. */
        MUST(*s->text != '#' && strstr(s->text, "\n#") == NULL);
        MUST(strncmp(s->text, "```", 3) != 0 && strstr(s->text, "\n```") == NULL);
        MUST(strstr(s->text, "\n\n\n\n") == NULL || strstr(s->text, "    ") != NULL);
    }
    if (rc == 0) {
        MUST(p.section_count >= 1);
        must_be_line(p.title);
    }
    drc_arena_free(a);
    return 0;
}
