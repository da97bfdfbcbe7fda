#include "drc/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int drc_err_set(struct drc_err *err, enum drc_err_code code, const char *fmt, ...)
{
    if (err == NULL || err->code != DRC_OK)
        return -1;
    err->code = code;
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(err->msg, sizeof err->msg, fmt, ap);
    va_end(ap);
    return -1;
}

int drc_err_context(struct drc_err *err, const char *fmt, ...)
{
    if (err == NULL || err->code == DRC_OK)
        return -1;
    char text[sizeof err->msg];
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    if (n < 0 || (size_t)n + 3 >= sizeof text)
        return -1;
    size_t room = sizeof text - (size_t)n - 3, keep = strnlen(err->msg, room);
    memcpy(text + n, ": ", 2);
    memcpy(text + n + 2, err->msg, keep);
    text[(size_t)n + 2 + keep] = '\0';
    memcpy(err->msg, text, (size_t)n + 3 + keep);
    return -1;
}

const char *drc_err_name(enum drc_err_code code)
{
    static const char *const names[] = {"OK",  "INPUT",   "NOTFOUND", "CONFIG", "AUTH", "RATE",
                                        "NET", "TIMEOUT", "LIMIT",    "PARSE",  "DB",   "BUG"};
    return (size_t)code < sizeof names / sizeof *names ? names[code] : "BUG";
}

bool drc_err_passes(enum drc_err_code code)
{
    return code == DRC_ERR_RATE || code == DRC_ERR_NET || code == DRC_ERR_TIMEOUT ||
           code == DRC_ERR_DB;
}

int drc_err_exit_status(enum drc_err_code code)
{
    switch (code) {
    case DRC_OK:
        return 0;
    case DRC_ERR_INPUT:
        return 2;
    case DRC_ERR_NOTFOUND:
        return 3;
    case DRC_ERR_CONFIG:
        return 4;
    case DRC_ERR_AUTH:
        return 5;
    case DRC_ERR_RATE:
    case DRC_ERR_NET:
    case DRC_ERR_TIMEOUT:
        return 6;
    case DRC_ERR_DB:
        return 7;
    case DRC_ERR_LIMIT:
    case DRC_ERR_PARSE:
        return 8;
    case DRC_ERR_BUG:
        break;
    }
    return 70;
}
