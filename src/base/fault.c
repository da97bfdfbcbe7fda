#include "drc/fault.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "drc/log.h"

static char armed_door[16];
static long armed_call; /* 0 = off */
static bool armed_sticky;
static atomic_long calls;

void drc_fault_init(void)
{
    const char *spec = getenv("DRC_FAULT");
    if (spec == NULL || *spec == '\0')
        return;
    const char *colon = strchr(spec, ':');
    char *end = NULL;
    long n = colon == NULL ? 0 : strtol(colon + 1, &end, 10);
    size_t bytes = colon == NULL ? 0 : (size_t)(colon - spec);
    if (n < 1 || bytes == 0 || bytes >= sizeof armed_door ||
        (*end != '\0' && strcmp(end, "+") != 0)) {
        drc_log(DRC_LOG_WARN, "fault.spec", "text=\"%s\" expected=door:n or door:n+", spec);
        return;
    }
    memcpy(armed_door, spec, bytes);
    armed_sticky = *end == '+';
    armed_call = n;
}

bool drc_fault_hit(const char *door)
{
    if (armed_call == 0 || strcmp(door, armed_door) != 0)
        return false;
    long n = atomic_fetch_add(&calls, 1) + 1;
    bool hit = armed_sticky ? n >= armed_call : n == armed_call;
    if (hit)
        drc_log(DRC_LOG_WARN, "fault.injected", "door=%s call=%ld", door, n);
    return hit;
}
