#include <stdio.h>
#include <unistd.h>

#include "cli.h"

#define BAR 30

void cli_progress(const char *step, int percent, void *user)
{
    (void)user;
    if (!isatty(STDERR_FILENO))
        return;
    int full = percent * BAR / 100;
    fprintf(stderr, "\r\033[K[%.*s%*s] %3d %%  %s", full, "##############################",
            BAR - full, "", percent, step);
    if (percent >= 100)
        fputs("\r\033[K", stderr);
}
