/* A page of a corpus, front matter and text, and its passages. The first byte chooses which. */
#include "fuzz.h"

#include "drc/corpus.h"
#include "drc/utf8.h"

static void check_text(const char *s)
{
    MUST(s != NULL && drc_utf8_valid(s, strlen(s)));
}

static void check_chunks(struct drc_arena *a, const struct drc_page *p)
{
    struct drc_chunks k = {0};
    const char *at = p->body;
    drc_chunk_page(a, p, NULL, &k);
    for (size_t i = 0; i < k.count; i++) {
        const struct drc_chunk *c = &k.chunks[i];
        check_text(c->heading);
        check_text(c->text);
        check_text(c->indexed);
        MUST(*c->text != '\0' && c->page == p && c->ordinal == (int)i);
        if (c->asked)
            continue;
        at = strstr(at, c->text); /* a piece of the page, after the one before */
        MUST(at != NULL);
        at += strlen(c->text);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    if (bytes == 0)
        return 0;
    struct drc_arena *a = drc_arena_new();
    struct drc_corpus c;
    struct drc_err err = DRC_ERR_INIT;
    drc_corpus_init(&c, a);
    const char *corpus = data[0] % 2 == 0 ? "docs" : "runbooks";
    int rc = drc_corpus_add_text(&c, corpus, "f", "f.md", (const char *)data + 1, bytes - 1, &err);
    must_agree(rc, &err);
    MUST(c.count <= 1 && (c.count == 1 || c.note_count > 0)); /* never left out in silence */
    for (size_t i = 0; i < c.note_count; i++)
        MUST(strncmp(c.notes[i], "f.md", 4) == 0);
    if (c.count == 1) {
        check_text(c.pages[0].title);
        check_text(c.pages[0].url);
        check_text(c.pages[0].body);
        check_chunks(a, &c.pages[0]);
    }
    drc_corpus_fini(&c);
    drc_arena_free(a);
    return 0;
}
