/* The system's zone files. */
#include "drc/zoneinfo.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "drc/file.h"
#include "drc/utf8.h"

#define ZONE_DIR "/usr/share/zoneinfo" /* tzdata */
#define ZONE_LIST ZONE_DIR "/tzdata.zi"
#define LIST_MAX_BYTES (1024u * 1024u)

/* Letters, digits and -+_/ as IANA names have them, no folder above. */
static bool is_name(const char *s)
{
    size_t n = strlen(s);
    return n > 0 && n < DRC_ZONE_NAME_MAX_BYTES && s[0] != '/' && strstr(s, "//") == NULL &&
           s[n - 1] != '/' &&
           strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-+_/") == n;
}

static void consider(const char *name, const char *wanted, char best[DRC_ZONE_NAME_MAX_BYTES],
                     int *distance)
{
    const char *city = strrchr(name, '/');
    int d = drc_utf8_distance(name, wanted);
    if (city != NULL && (strcasecmp(city + 1, wanted) == 0 || strcasecmp(name, wanted) == 0))
        d = 0;
    if (d < *distance) {
        *distance = d;
        snprintf(best, DRC_ZONE_NAME_MAX_BYTES, "%s", name);
    }
}

/* Nearest name of the list that tzdata ships: "Z <name> ..." is a zone, "L <zone> <name>" a link. */
static bool nearest(struct drc_arena *a, const char *wanted, char best[DRC_ZONE_NAME_MAX_BYTES])
{
    size_t bytes;
    int distance = 5;
    char name[DRC_ZONE_NAME_MAX_BYTES];
    char *list = drc_file_read(a, ZONE_LIST, LIST_MAX_BYTES, &bytes, NULL);
    for (char *line = list; line != NULL && *line != '\0';) {
        char *end = line + strcspn(line, "\n");
        if (sscanf(line, "Z %63s", name) == 1 || sscanf(line, "L %*s %63s", name) == 1)
            consider(name, wanted, best, &distance);
        line = *end == '\0' ? end : end + 1;
    }
    return distance < 5;
}

int drc_zone_load(struct drc_arena *a, const char *name, struct drc_zone *out, struct drc_err *err)
{
    char best[DRC_ZONE_NAME_MAX_BYTES];
    size_t bytes;
    if (!drc_file_is_folder(ZONE_DIR))
        return drc_err_set(err, DRC_ERR_CONFIG,
                           "this system has no time zones; install the package tzdata");
    const char *path = drc_arena_printf(a, "%s/%s", ZONE_DIR, is_name(name) ? name : "?");
    char *data = drc_file_is_folder(path) || !drc_file_exists(path)
                     ? NULL
                     : drc_file_read(a, path, DRC_ZONE_FILE_MAX_BYTES, &bytes, NULL);
    if (data == NULL || bytes < 4 || memcmp(data, "TZif", 4) != 0) {
        if (strlen(name) < DRC_ZONE_NAME_MAX_BYTES && nearest(a, name, best))
            return drc_err_set(err, DRC_ERR_INPUT,
                               "there is no time zone '%.60s'. Did you mean `%s`?", name, best);
        return drc_err_set(err, DRC_ERR_INPUT,
                           "there is no time zone '%.60s': write an IANA name such as "
                           "`Europe/Berlin` or `America/New_York`",
                           name);
    }
    if (drc_zone_parse(a, name, data, bytes, out, err) < 0)
        return drc_err_context(err, "time zone %s", name);
    return 0;
}
