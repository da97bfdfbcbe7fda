/* drc model: the weights of the built-in embedder, and what it makes of a text. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "drc/conf.h"
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

static void print_vector(const struct drc_minilm *m, const char *text, size_t bytes)
{
    uint32_t ids[DRC_MINILM_TOKENS_MAX];
    float v[DRC_MINILM_DIM];
    size_t n = drc_minilm_tokens(m, text, bytes, ids);
    drc_minilm_embed(m, text, bytes, v);
    fputs("{\"tokens\":[", stdout);
    for (size_t i = 0; i < n; i++)
        printf("%s%u", i == 0 ? "" : ",", ids[i]);
    fputs("],\"vector\":[", stdout);
    for (int i = 0; i < DRC_MINILM_DIM; i++)
        printf("%s%.9g", i == 0 ? "" : ",", (double)v[i]);
    puts("]}");
}

static int embed_lines(const struct drc_minilm *m, FILE *in, struct drc_err *err)
{
    char *line = NULL;
    size_t cap = 0;
    int rc = 0, number = 0;
    for (ssize_t n; rc == 0 && (n = getline(&line, &cap, in)) > 0;) {
        number++;
        json_t *root = drc_json_parse(line, (size_t)n, err);
        const json_t *text = json_array_get(root, 0);
        if (json_array_size(root) == 1 && json_is_string(text))
            print_vector(m, json_string_value(text), json_string_length(text));
        else if (drc_err_set(err, DRC_ERR_PARSE, "it is not [\"a text\"]") < 0)
            rc = drc_err_context(err, "line %d", number);
        json_decref(root);
    }
    free(line);
    return rc;
}

static int run(int argc, char **argv, struct drc_err *err)
{
    const char *verb = argc > 1 ? argv[1] : "", *from = cli_option(argc, argv, "--from");
    const char *file = cli_option(argc, argv, "--out");
    enum drc_minilm_quant quant;
    if (file == NULL)
        file = drc_conf_str("EMBED_MODEL_FILE");
    if (quant_option(argc, argv, &quant, err) < 0 || cli_no_more_options(argc, argv, err) < 0)
        return -1;
    if (strcmp(verb, "pack") == 0) {
        if (from == NULL)
            return drc_err_set(err, DRC_ERR_INPUT, "give --from FOLDER; try --help");
        if (drc_model_pack(from, file, quant, err) < 0)
            return -1;
        printf("%s: packed and checked\n", file);
        return 0;
    }
    if (strcmp(verb, "check") != 0 && strcmp(verb, "embed") != 0)
        return drc_err_set(err, DRC_ERR_INPUT, "give 'pack', 'check' or 'embed'; try --help");
    struct drc_minilm *m = drc_minilm_open(file, err);
    if (m == NULL)
        return -1;
    int rc = 0;
    if (*verb == 'e')
        rc = embed_lines(m, stdin, err);
    else
        printf("%s: all-MiniLM-L6-v2, %s\n", file, drc_minilm_quant_name(drc_minilm_quant(m)));
    drc_minilm_free(m);
    return rc;
}

const struct cli_command cli_model = {
    "model", "pack|check|embed [--from FOLDER] [--out FILE] [--quant q8|f16]",
    "pack    makes the weights of the built-in embedder (all-MiniLM-L6-v2) from the published "
    "files\n"
    "        model.fp16.safetensors and tokenizer.json in FOLDER; `make model` fetches them\n"
    "check   says whether FILE is whole and of the right weights\n"
    "embed   reads lines [\"a text\"] (JSON) and prints for each its tokens and its vector\n\n"
    "  --out FILE  another file than EMBED_MODEL_FILE\n"
    "  --quant Q   q8: 8 bits a weight, 24 MB (default); f16: as published, 46 MB, much slower\n",
    run};
