/* Fault injection for the torture tests: DRC_FAULT="db:12" makes the 12th call through that door of
 * io/ fail once; "db:12+" makes it and every later one fail. Without the variable the check is one
 * load. Each failure is logged as fault.injected. Any thread. */
#ifndef DRC_FAULT_H
#define DRC_FAULT_H

#include <stdbool.h>

void drc_fault_init(void);            /* reads DRC_FAULT; CONFIG mistakes are logged and ignored */
/* door: "db", "http", "raster", "file", "vec"; "cpu": the machine seems to lack AVX2 and FMA */
bool drc_fault_hit(const char *door);

#endif
