/* Log: one line per event to standard error, `time level event key=value ...`.
 *
 * Values that were registered as secrets are replaced by *** by the logger itself, wherever they
 * occur. Any thread. A line is at most 4 KiB. */
#ifndef DRC_LOG_H
#define DRC_LOG_H

enum drc_log_level { DRC_LOG_DEBUG, DRC_LOG_INFO, DRC_LOG_WARN, DRC_LOG_ERROR };

void drc_log_level_set(enum drc_log_level lowest);

/* event: a stable word such as "slack.ack"; fmt: `key=value` pairs. Control characters are escaped.
 */
void drc_log(enum drc_log_level level, const char *event, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Registers a value to mask (tokens, keys, tickets); shorter than 6 bytes or NULL is ignored. At
 * most 64. */
void drc_log_secret(const char *value);

/* Copies text with every registered secret masked; for wire logs. Result is malloc'd. */
char *drc_log_masked(const char *text);

#endif
