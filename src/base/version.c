#include "drc/version.h"

#ifndef DRC_SOURCES /* the Makefile's; not in a tool that reads one file */
#define DRC_SOURCES "unknown"
#endif

const char *drc_version(void)
{
    return DRC_SOURCES;
}
