/* Every cap of drc in one place. Input is cut off where it enters (in io/ and at the borders);
 * behind that point code may rely on these bounds. Sizes are bytes, times milliseconds, unless
 * named otherwise. */
#ifndef DRC_LIMITS_H
#define DRC_LIMITS_H

/* memory */
#define DRC_ARENA_MAX_BYTES (256u * 1024u * 1024u) /* one request; more is a bug: abort */
#define DRC_BUF_MAX_BYTES (16u * 1024u * 1024u)    /* default cap of a growing buffer */

/* network */
#define DRC_WS_MESSAGE_MAX_BYTES (4u * 1024u * 1024u) /* one WebSocket message, assembled */
#define DRC_WS_ACK_MAX_BYTES 20480u                   /* Slack drops larger acks silently */
#define DRC_HTTP_RESPONSE_MAX_BYTES (8u * 1024u * 1024u)
#define DRC_HTTP_UPLOAD_MAX_BYTES (16u * 1024u * 1024u)
#define DRC_JSON_MAX_BYTES (8u * 1024u * 1024u)
#define DRC_SSE_EVENT_MAX_BYTES (1024u * 1024u) /* one event of a stream, and one line */
#define DRC_LLM_TEXT_MAX_BYTES 65536u           /* what a model wrote */
#define DRC_LLM_TEXT_MAX_CHARS 8000

/* pages of documentation and their crawl */
#define DRC_HTML_MAX_BYTES (5u * 1024u * 1024u) /* one page, unpacked */
#define DRC_HTML_DEPTH_MAX 256                  /* open elements */
#define DRC_HTML_ELEMENTS_MAX 200000
#define DRC_HTML_SECTIONS_MAX 2000
#define DRC_HTML_TEXT_MAX_BYTES (1024u * 1024u) /* what is kept of one page, headings included */
#define DRC_URL_MAX_BYTES 2048u
#define DRC_ROBOTS_MAX_BYTES (500u * 1024u)         /* RFC 9309, 2.5: at least 500 KiB */
#define DRC_SITEMAP_MAX_BYTES (50u * 1024u * 1024u) /* sitemaps.org: 50 MB, 50,000 addresses */
#define DRC_SITEMAP_URLS_MAX 50000u
#define DRC_SITEMAPS_MAX 500                        /* of one index */
#define DRC_CRAWL_MAX_BYTES (1024u * 1024u * 1024u) /* pages of one crawl together */

/* database */
#define DRC_DAYS_MAX 365         /* longest window of a report */
#define DRC_REPORT_ROWS_MAX 5000 /* entities that one report may return */
#define DRC_REPORT_COLUMNS_MAX 64
#define DRC_REPORT_SQL_MAX_BYTES 65536u
#define DRC_REPORT_DEADLINE_MS 10000
#define DRC_CELL_MAX_BYTES 65536u
#define DRC_ROWS_MAX_BYTES (32u * 1024u * 1024u) /* text of one result */

/* requests */
#define DRC_COMMAND_TEXT_MAX_BYTES 4000u /* a longer command is refused with a sentence */
#define DRC_REQUEST_TRIES_MAX 2          /* the third start dead-letters the request */
#define DRC_WORKERS_MAX 64
#define DRC_OPTION_VALUE_MAX 150 /* bytes of the value of a choice: Slack's limit */
#define DRC_NAME_MAX_CHARS 80    /* a name from the platform, shown or sent anywhere */

/* presentation */
#define DRC_PICKER_ROWS_MAX 99 /* plus "Whole report": Slack allows 100 options */
#define DRC_CHART_BARS_MAX 15
#define DRC_SVG_MAX_BYTES (1024u * 1024u)
#define DRC_FACTS_MAX 30 /* facts of one answer */

/* estimated tokens of each section of a context; with the rules about 2,000 in all */
#define DRC_TOKENS_FACTS 600
#define DRC_TOKENS_GRAPH 450
#define DRC_TOKENS_RUNBOOKS 250
#define DRC_TOKENS_DOCS 350

#endif
