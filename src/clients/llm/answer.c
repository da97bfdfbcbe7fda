/* An answer in the form: JSON of a model, which may hold anything, to lines with their evidence. */
#include <ctype.h>
#include <string.h>

#include "clients/llm/provider.h"
#include "drc/proof.h"
#include "drc/utf8.h"

#define LINE_MAX_CHARS 800

/* The object itself: without blanks and the fence that some models put around it. */
static const char *bare(struct drc_arena *a, const char *text)
{
    text += strspn(text, " \t\r\n");
    if (strncmp(text, "```", 3) == 0) {
        const char *line = strchr(text, '\n'), *end = strrchr(text, '`');
        if (line == NULL || end < line + 3)
            return text;
        text = drc_arena_strndup(a, line + 1, (size_t)(end - 2 - line - 1));
        text += strspn(text, " \t\r\n");
    }
    return text;
}

/* "F12": nothing else may become a tag. */
static bool is_id(const json_t *id)
{
    const char *s = json_string_value(id);
    if (s == NULL || !isupper((unsigned char)*s))
        return false;
    size_t n = strspn(s + 1, "0123456789");
    return n > 0 && n <= 4 && s[1 + n] == '\0' && json_string_length(id) == 1 + n;
}

static int take_ids(struct drc_arena *a, const json_t *list, struct drc_written_line *line,
                    struct drc_err *err)
{
    if (list == NULL)
        return 0;
    if (!json_is_array(list))
        return drc_err_set(err, DRC_ERR_PARSE, "the ids of a sentence are not a list");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *id = json_array_get(list, i);
        if (!is_id(id))
            return drc_err_set(err, DRC_ERR_PARSE, "an id of a fact or source is not of its form");
        if (line->id_count == DRC_PROOF_IDS_MAX)
            return drc_err_set(err, DRC_ERR_PARSE, "a sentence stands on more than %u ids",
                               DRC_PROOF_IDS_MAX);
        line->ids[line->id_count++] = drc_arena_strdup(a, json_string_value(id));
    }
    return 0;
}

/* In one line, without the list mark of a model that makes one. */
static const char *one_line(struct drc_arena *a, const json_t *text)
{
    char *clean = drc_utf8_clean(a, json_string_value(text), json_string_length(text),
                                 LINE_MAX_CHARS + 1, true);
    for (char *p = clean; *p != '\0'; p++)
        if (isspace((unsigned char)*p))
            *p = ' ';
    char *from = clean + strspn(clean, " ");
    if ((*from == '-' || *from == '*') && from[1] == ' ')
        from += 1 + strspn(from + 1, " ");
    for (size_t n = strlen(from); n > 0 && from[n - 1] == ' ';)
        from[--n] = '\0';
    return from;
}

static int take_lines(struct drc_arena *a, const json_t *list, bool next_step,
                      struct drc_written *out, struct drc_err *err)
{
    if (!json_is_array(list))
        return drc_err_set(err, DRC_ERR_PARSE, "it has no list of %s",
                           next_step ? "next steps" : "sentences");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *item = json_array_get(list, i), *text = json_object_get(item, "text");
        if (out->line_count == DRC_PROOF_LINES_MAX)
            return drc_err_set(err, DRC_ERR_PARSE, "it has more than %u sentences",
                               DRC_PROOF_LINES_MAX);
        if (!json_is_string(text))
            return drc_err_set(err, DRC_ERR_PARSE, "a sentence has no text");
        struct drc_written_line *line = &out->lines[out->line_count];
        line->text = one_line(a, text);
        line->next_step = next_step;
        if (drc_utf8_count(line->text) > LINE_MAX_CHARS)
            return drc_err_set(err, DRC_ERR_PARSE, "a sentence has more than %d characters",
                               LINE_MAX_CHARS);
        if (*line->text == '\0')
            continue;
        if (take_ids(a, json_object_get(item, "fact_ids"), line, err) < 0 ||
            take_ids(a, json_object_get(item, "source_ids"), line, err) < 0)
            return -1;
        out->line_count++;
    }
    return 0;
}

int drc_llm_read_answer(struct drc_arena *a, const char *text, struct drc_written *out,
                        struct drc_err *err)
{
    const char *json = bare(a, text);
    memset(out, 0, sizeof *out);
    if (*json != '{' || json[1 + strspn(json + 1, " \t\r\n")] != '"')
        return 0; /* "{F3} was spent" is prose */
    struct drc_err own = DRC_ERR_INIT;
    json_t *root = drc_json_parse(json, strlen(json), &own);
    int rc = root == NULL ? drc_err_set(&own, DRC_ERR_PARSE, "it is not whole JSON")
                          : take_lines(a, json_object_get(root, "sentences"), false, out, &own);
    const json_t *steps = json_object_get(root, "next_steps");
    if (rc == 0 && steps != NULL)
        rc = take_lines(a, steps, true, out, &own);
    if (rc == 0 && root != NULL) {
        out->not_covered = drc_json_bool(root, "not_covered", false);
        if (out->line_count == 0)
            rc = drc_err_set(&own, DRC_ERR_PARSE, "%s",
                             out->not_covered ? "it says only that the facts do not answer"
                                              : "it says nothing");
    }
    json_decref(root);
    if (rc < 0)
        return drc_err_set(err, DRC_ERR_PARSE, "the answer is not in its form: %s", own.msg);
    return 1;
}
