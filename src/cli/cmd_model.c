/* drc model: the weights of the built-in embedder, and what it makes of a text. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "drc/conf.h"
#include "drc/embed.h"
#include "drc/guard.h"
#include "drc/jsonx.h"
#include "drc/model.h"

static int quant_option(int argc, char **argv, enum drc_minilm_quant *out, struct drc_err *err)
{
    const char *text = cli_option(argc, argv, "--quant");
    *out = text != NULL && strcmp(text, "f16") == 0 ? DRC_MINILM_F16 : DRC_MINILM_Q8;
    if (text != NULL && *out == DRC_MINILM_Q8 && strcmp(text, "q8") != 0)
        return drc_err_set(err, DRC_ERR_INPUT, "--quant is 'q8' or 'f16', not '%.40s'", text);
    return 0;
}

enum { BATCH = 64 }; /* lines that are asked for at once */

struct texts {
    struct drc_arena *a; /* of this batch */
    const char *all[BATCH];
    size_t n;
};

static void print_vector(const struct drc_embedder *e, const char *text, const float *v)
{
    putchar('{');
    if (e->minilm != NULL) {
        uint32_t ids[DRC_MINILM_TOKENS_MAX];
        size_t n = drc_minilm_tokens(e->minilm, text, strlen(text), ids);
        for (size_t i = 0; i < n; i++)
            printf("%s%u", i == 0 ? "\"tokens\":[" : ",", ids[i]);
        fputs("],", stdout);
    }
    for (int i = 0; i < e->id.dim; i++)
        printf("%s%.9g", i == 0 ? "\"vector\":[" : ",", (double)v[i]);
    puts("]}");
}

static int flush(const struct drc_embedder *e, struct drc_http *http, struct texts *t,
                 enum drc_embed_kind kind, struct drc_err *err)
{
    float *v = drc_arena_array(t->a, BATCH * (size_t)e->id.dim, sizeof *v);
    int rc = e->embed(e, http, t->a, t->all, t->n, kind, v, err);
    for (size_t i = 0; rc == 0 && i < t->n; i++)
        print_vector(e, t->all[i], v + i * (size_t)e->id.dim);
    drc_arena_free(t->a);
    *t = (struct texts){.a = drc_arena_new()};
    return rc;
}

static int take_line(struct texts *t, const char *line, size_t bytes, struct drc_err *err)
{
    json_t *root = drc_json_parse(line, bytes, err);
    const json_t *text = json_array_get(root, 0);
    int rc = json_array_size(root) == 1 && json_is_string(text)
                 ? 0
                 : drc_err_set(err, DRC_ERR_PARSE, "it is not [\"a text\"]");
    if (rc == 0)
        t->all[t->n++] = drc_arena_strdup(t->a, json_string_value(text));
    json_decref(root);
    return rc;
}

static int embed_lines(const struct drc_embedder *e, struct drc_http *http,
                       enum drc_embed_kind kind, struct drc_err *err)
{
    struct texts t = {.a = drc_arena_new()};
    char *line = NULL;
    size_t cap = 0;
    int rc = 0, number = 0;
    for (ssize_t n; rc == 0 && (n = getline(&line, &cap, stdin)) > 0;) {
        number++;
        if (take_line(&t, line, (size_t)n, err) < 0)
            rc = drc_err_context(err, "line %d", number);
        else if (t.n == BATCH)
            rc = flush(e, http, &t, kind, err);
    }
    if (rc == 0 && t.n > 0)
        rc = flush(e, http, &t, kind, err);
    drc_arena_free(t.a);
    free(line);
    return rc;
}

static int embed(enum drc_embed_kind kind, struct drc_err *err)
{
    struct drc_arena *a = drc_arena_new();
    struct drc_http *http = NULL;
    struct drc_embedder *e = drc_embedder_open(a, err);
    int rc = e == NULL ? -1 : 0;
    if (rc == 0 && e->minilm == NULL) {
        rc = drc_http_global_init(err);
        http = rc == 0 ? drc_http_new(drc_conf_str("DRC_CA_FILE")) : NULL;
    }
    if (rc == 0 && drc_embedder_guard(a, e, err) == 0 && drc_embedder_learn(e, http, a, err) == 0)
        rc = embed_lines(e, http, kind, err);
    else
        rc = -1;
    drc_http_free(http);
    drc_arena_free(a);
    return rc;
}

static int check(const char *file, struct drc_err *err)
{
    struct drc_minilm *m = drc_minilm_open(file, err);
    if (m == NULL)
        return -1;
    printf("%s: all-MiniLM-L6-v2, %s\n", file, drc_minilm_quant_name(drc_minilm_quant(m)));
    drc_minilm_free(m);
    return 0;
}

static int run(int argc, char **argv, struct drc_err *err)
{
    const char *verb = argc > 1 ? argv[1] : "", *from = cli_option(argc, argv, "--from");
    const char *out = cli_option(argc, argv, "--out");
    enum drc_embed_kind kind =
        cli_flag(argc, argv, "--query") ? DRC_EMBED_QUERY : DRC_EMBED_PASSAGE;
    enum drc_minilm_quant quant;
    if (quant_option(argc, argv, &quant, err) < 0 || cli_no_more_options(argc, argv, err) < 0)
        return -1;
    if (out != NULL) {
        drc_conf_set("EMBED_MODEL_FILE", out);
        drc_conf_set("EMBED_PROVIDER", "embedded");
    }
    const char *file = drc_conf_str("EMBED_MODEL_FILE");
    if (strcmp(verb, "check") == 0)
        return check(file, err);
    if (strcmp(verb, "embed") == 0)
        return embed(kind, err);
    if (strcmp(verb, "pack") != 0)
        return drc_err_set(err, DRC_ERR_INPUT, "give 'pack', 'check' or 'embed'; try --help");
    if (from == NULL)
        return drc_err_set(err, DRC_ERR_INPUT, "give --from FOLDER; try --help");
    if (drc_model_pack(from, file, quant, err) < 0)
        return -1;
    printf("%s: packed and checked\n", file);
    return 0;
}

const struct cli_command cli_model = {
    "model", "pack|check|embed [--from FOLDER] [--out FILE] [--quant q8|f16] [--query]",
    "pack    makes the weights of the built-in embedder (all-MiniLM-L6-v2) from the published "
    "files\n"
    "        model.fp16.safetensors and tokenizer.json in FOLDER; `make model` fetches them\n"
    "check   says whether FILE is whole and of the right weights\n"
    "embed   reads lines [\"a text\"] (JSON) and prints for each its vector, by the embedder that "
    "the\n"
    "        settings EMBED_* name: shows that an endpoint works\n\n"
    "  --out FILE  another file than EMBED_MODEL_FILE; embed then takes the built-in embedder\n"
    "  --quant Q   q8: 8 bits a weight, 29 MB (default); f16: as published, 46 MB, much slower\n"
    "  --query     texts are questions, not passages: some models want a prefix\n",
    run};
