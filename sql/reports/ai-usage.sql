-- id: ai-usage
-- version: 1
-- title: AI usage
-- pillar: operations
-- question: What do drc's own answers cost, and how many were withheld?
-- reads: state
-- entity: chip
-- noun: use of a model
-- nouns: uses of a model
-- key: use_key
-- label: use_name
-- live: calls
-- mark: stacked-hbar
-- series: posted_uusd, wasted_calls_uusd
-- column: use_key | id | Use id
-- column: use_name | text | Question and model
-- column: chip | text | Question
-- column: model | text | Model
-- column: total_uusd | usd | Cost
-- column: baseline_uusd | usd | Window before
-- column: whole_p50_ms | ms | Median time to an answer, all | whole
-- column: whole_p95_ms | ms | p95 time to an answer, all | whole
-- column: posted_uusd | usd | Posted
-- column: wasted_calls_uusd | usd | Withheld or failed
-- column: calls | count | Calls
-- column: posted | count | Calls whose answer was posted
-- column: withheld | count | Calls whose answer was withheld
-- column: failed | count | Calls without an answer
-- column: posted_share | ratio | Answers that could be posted
-- column: cache_hits | count | Calls answered from the cache
-- column: tokens_in | count | Tokens sent
-- column: tokens_out | count | Tokens written
-- column: p50_ms | ms | Median time to an answer
-- column: p95_ms | ms | p95 time to an answer
-- column: helpful | count | Called helpful
-- column: unhelpful | count | Called not helpful
-- column: unpriced | count | Calls without a known price
-- column: estimated | count | Calls with estimated tokens
-- column: daily | json | Daily cost
-- param: days | 28 | 1..365
-- param: as_of | | date
-- top: 15
-- order: cost, highest first; unknown cost last, by tokens; then use id
-- reconcile: sql/reconcile/ai-calls.sql
-- method: one call is one question to the model, a second try included; an answer from the cache costs nothing and has no time. Cost: tokens at the prices of prompts/models.conf. Withheld: the check refused the text. Feedback counts for the answers of the calls of the window. Who asked is not in it.
-- details: total_uusd, calls, posted, withheld, failed, cache_hits, tokens_in, tokens_out
-- figure: Cost | {total_uusd} for {calls call/calls} | not known: prompts/models.conf has no price for these models
-- figure: Change vs {before} | {change_uusd} ({change_ratio}) | n/a: nothing is known of the window before
-- figure: Posted | {posted} of {calls call/calls}, {withheld} withheld, {failed} without an answer
-- figure: Tokens | {tokens_in} sent, {tokens_out} written; {cache_hits call/calls} answered from the cache
-- figure: Time to an answer | median {whole_p50_ms}, p95 {whole_p95_ms} | no call was answered
-- figure: Feedback | {helpful} helpful, {unhelpful} not
-- card: Cost | {total_uusd}, {share} of the total, rank {rank} of {entity_count} | not known: prompts/models.conf has no price for this model
-- card: Change vs {before} | {change_uusd} ({change_ratio}) | n/a: nothing is known of the window before
-- card: Posted | {posted} of {calls call/calls}, {withheld} withheld, {failed} without an answer
-- card: Tokens | {tokens_in} sent, {tokens_out} written; {cache_hits call/calls} answered from the cache
-- card: Time to an answer | median {p50_ms}, p95 {p95_ms} | no call was answered
-- card: Feedback | {helpful} helpful, {unhelpful} not
-- summary: AI usage: {total_uusd} for {calls call/calls}, {withheld} withheld
-- finding: {calls call/calls}: {posted} posted, {withheld} withheld, {failed} without an answer
-- chip: chip.explain
-- chip: chip.what-changed
-- chip: chip.cut-cost
-- chip: chip.what-to-watch
-- empty: No model was asked for an answer yet, so there is nothing to count. A model is set up with LLM_PROVIDER and LLM_MODEL.

-- Calls belong to the UTC day on which they were made. W is the :days days up to :as_of, B the :days days before. NULL is "not known".
-- Every column that is read here is one that the reports may read of the state (drc_state_visible).
WITH span AS MATERIALIZED (
    SELECT strftime('%s', date(:as_of, '-' || (:days - 1) || ' days')) * 1000 AS from_ms,
           (strftime('%s', :as_of) + 86400) * 1000 AS to_ms,
           strftime('%s', date(:as_of, '-' || (2 * :days - 1) || ' days')) * 1000 AS base_ms,
           (SELECT min(f.ts_ms) FROM ai_call AS f) AS first_ms
),
call AS MATERIALIZED (
    SELECT c.ts_ms >= p.from_ms AS now, date(c.ts_ms / 1000, 'unixepoch') AS day, c.chip, c.model, c.answer_id, c.cost_uusd, c.tokens_in, c.tokens_out,
           c.cache_hit, c.estimated, c.verdict, iif(c.tries > 0 AND c.verdict IN ('pending', 'posted', 'withheld'), c.ms, NULL) AS answered_ms
    FROM span AS p CROSS JOIN ai_call AS c ON c.ts_ms >= p.base_ms AND c.ts_ms < p.to_ms
),
before AS MATERIALIZED (SELECT b.chip, b.model, iif(sum(b.cost_uusd) = 0 AND sum(b.cost_uusd IS NULL) > 0, NULL, sum(b.cost_uusd)) AS uusd FROM call AS b WHERE NOT b.now GROUP BY b.chip, b.model),
said AS MATERIALIZED ( -- of the answers of W
    SELECT a.chip, a.model, sum(f.helpful) AS helpful, sum(1 - f.helpful) AS unhelpful
    FROM (SELECT DISTINCT d.answer_id, d.chip, d.model FROM call AS d WHERE d.now AND d.answer_id IS NOT NULL) AS a
    JOIN feedback AS f ON f.answer_id = a.answer_id
    GROUP BY a.chip, a.model
),
used AS MATERIALIZED (
    SELECT c.chip, c.model, count(*) AS calls, sum(c.verdict = 'posted') AS posted, sum(c.verdict = 'withheld') AS withheld,
           sum(c.verdict NOT IN ('pending', 'posted', 'withheld')) AS failed, sum(c.cache_hit) AS cache_hits, sum(c.tokens_in) AS tokens_in,
           sum(c.tokens_out) AS tokens_out, iif(sum(c.cost_uusd) = 0 AND sum(c.cost_uusd IS NULL) > 0, NULL, sum(c.cost_uusd)) AS uusd,
           sum(iif(c.verdict IN ('pending', 'posted'), c.cost_uusd, NULL)) AS posted_uusd,
           sum(c.cost_uusd IS NULL) AS unpriced, sum(c.estimated) AS estimated, pctl(c.answered_ms, 0.5) AS p50_ms, pctl(c.answered_ms, 0.95) AS p95_ms,
           day_series(c.day, c.cost_uusd, max(date(:as_of, '-' || (:days - 1) || ' days'), (SELECT date(q.first_ms / 1000, 'unixepoch') FROM span AS q)),
                      :as_of) AS daily
    FROM call AS c WHERE c.now GROUP BY c.chip, c.model
),
whole AS MATERIALIZED (SELECT pctl(w.answered_ms, 0.5) AS p50_ms, pctl(w.answered_ms, 0.95) AS p95_ms FROM call AS w WHERE w.now)
SELECT 'chip:' || u.model || '/' || u.chip AS use_key,
       u.chip || ', ' || u.model AS use_name,
       u.chip,
       u.model,
       u.uusd AS total_uusd, -- 0 is known only where each call has a price
       iif(p.first_ms < p.base_ms + 86400000, iif(b.chip IS NULL, 0, b.uusd), NULL) AS baseline_uusd,
       iif(u.uusd IS NULL, NULL, u.posted_uusd) AS posted_uusd,
       u.uusd - coalesce(u.posted_uusd, 0) AS wasted_calls_uusd,
       u.calls,
       u.posted,
       u.withheld,
       u.failed,
       1.0 * u.posted / nullif(u.posted + u.withheld, 0) AS posted_share,
       u.cache_hits,
       u.tokens_in,
       u.tokens_out,
       CAST(u.p50_ms + 0.5 AS INTEGER) AS p50_ms,
       CAST(u.p95_ms + 0.5 AS INTEGER) AS p95_ms,
       coalesce(s.helpful, 0) AS helpful,
       coalesce(s.unhelpful, 0) AS unhelpful,
       u.unpriced,
       u.estimated,
       CAST(w.p50_ms + 0.5 AS INTEGER) AS whole_p50_ms,
       CAST(w.p95_ms + 0.5 AS INTEGER) AS whole_p95_ms,
       iif(u.uusd IS NULL, NULL, u.daily) AS daily
FROM span AS p
CROSS JOIN used AS u
CROSS JOIN whole AS w
LEFT JOIN before AS b ON b.chip = u.chip AND b.model = u.model
LEFT JOIN said AS s ON s.chip = u.chip AND s.model = u.model
ORDER BY u.uusd IS NULL, u.uusd DESC, u.tokens_in + u.tokens_out DESC, use_key
