/* What callers send to the local Slack: bodies of every encoding, and blocks and views to judge.
 * The first byte chooses. */
#include "fuzz.h"

#include "drc/jsonx.h"
#include "drc/utf8.h"
#include "emulator/blockkit.h"
#include "emulator/emulator.h"

static void check_errors(json_t *errors)
{
    MUST(json_is_array(errors) && json_array_size(errors) <= 20);
    for (size_t i = 0; i < json_array_size(errors); i++) {
        const json_t *e = json_array_get(errors, i);
        MUST(*drc_json_str(e, "code", "") != '\0' && *drc_json_str(e, "message", "") != '\0');
        MUST(*drc_json_str(e, "pointer", "") == '/');
    }
    json_decref(errors);
}

static void check_blocks(const char *text)
{
    json_t *root = drc_json_parse(text, strlen(text), NULL);
    check_errors(emu_blockkit_check(root, EMU_MESSAGE, "/blocks"));
    check_errors(emu_blockkit_check(root, EMU_HOME, "/view/blocks"));
    check_errors(emu_blockkit_check_view(root));
    json_decref(root);
}

static void check_args(const char *type, const char *query, const char *body, size_t bytes)
{
    const struct drc_http_in in = {.method = "POST",
                                   .path = "/api/x",
                                   .query = query,
                                   .content_type = type,
                                   .body = body,
                                   .body_bytes = bytes,
                                   .host = "",
                                   .origin = "",
                                   .authorization = "",
                                   .cookie = "",
                                   .user_agent = "",
                                   .if_none_match = ""};
    const char *error = NULL, *name;
    json_t *args = emu_args(&in, &error), *value;
    MUST(json_is_object(args));
    json_object_foreach(args, name, value)
    {
        bool bad;
        MUST(drc_utf8_valid(emu_arg(args, name), strlen(emu_arg(args, name))));
        emu_arg_bool(args, name, false);
        emu_arg_int(args, name, 0);
        json_t *v = emu_arg_json(args, name, &bad);
        MUST(v == NULL || !bad);
        json_decref(v);
    }
    json_decref(args);
    size_t n = 0;
    const char *upload = emu_upload_body(&in, &n);
    MUST(upload >= body && upload + n <= body + bytes);
    free(emu_query_get(query, "a"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    static const char *const types[] = {"application/json", "application/x-www-form-urlencoded",
                                        "multipart/form-data; boundary=x", "", "text/plain"};
    if (bytes == 0)
        return 0;
    struct drc_arena *a = drc_arena_new();
    const char *text = text_of(a, data + 1, bytes - 1);
    unsigned kind = data[0] % 7;
    if (kind == 6)
        check_blocks(text);
    else if (kind == 5)
        check_args(text, text, text, strlen(text)); /* a hostile Content-Type */
    else /* exactly the bytes that came, without an end behind them */
        check_args(types[kind], text, (const char *)data + 1, bytes - 1);
    drc_arena_free(a);
    return 0;
}
