/* Exact search over 10,000 vectors of 384 components, with FAISS's own threshold beside it; a
 * question to its pages; building the index of the shipped corpus, and building it again. The last
 * three need the packed model (make model). A line is the median, then least..99th percentile. Run
 * from the root of the source. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <faiss/c_api/utils/distances_c.h>

#include "drc/clock.h"
#include "drc/conf.h"
#include "drc/file.h"
#include "drc/http.h"
#include "drc/index.h"
#include "io/vec_scan.h"

#define DIM 384
#define COUNT 10000
#define QUERIES 200

static void must(bool ok, const struct drc_err *err)
{
    if (!ok) {
        fprintf(stderr, "bench_search: %s\n", err->msg);
        exit(1);
    }
}

/* Of this thread: does not grow with other work on the machine. */
static double cpu_ms(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
    return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

static int compare(const void *x, const void *y)
{
    double a = *(const double *)x, b = *(const double *)y;
    return (a > b) - (a < b);
}

static void figure(const char *name, double *ms, size_t n, double limit)
{
    qsort(ms, n, sizeof *ms, compare);
    printf("%-58s %8.3f ms  %.3f..%.3f  n=%zu  <= %g ms  %s\n", name, ms[n / 2], ms[0],
           ms[n * 99 / 100], n, limit, ms[n / 2] <= limit ? "ok" : "OVER");
}

static float *random_rows(size_t n)
{
    uint64_t seed = 1;
    float *rows = malloc(n * DIM * sizeof *rows);
    for (size_t i = 0; rows != NULL && i < n * DIM; i++) {
        seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        rows[i] = (float)((double)(seed >> 40) / (double)(1 << 24) - 0.5) / 5.7f; /* about unit */
    }
    if (rows == NULL)
        abort();
    return rows;
}

static double search_all(const struct drc_vec *v, const float *queries, double *ms)
{
    struct drc_err err = DRC_ERR_INIT;
    struct drc_vec_hit hits[5];
    size_t n;
    for (size_t i = 0; i < QUERIES; i++) {
        int64_t start = drc_clock_mono_us();
        must(drc_vec_search(v, queries + i * DIM, 5, hits, &n, &err) == 0, &err);
        ms[i] = (double)(drc_clock_mono_us() - start) / 1e3;
    }
    qsort(ms, QUERIES, sizeof *ms, compare);
    return ms[QUERIES / 2];
}

static void vectors(void)
{
    struct drc_err err = DRC_ERR_INIT;
    double ms[QUERIES];
    float *rows = random_rows(COUNT + QUERIES);
    struct drc_vec *v = drc_vec_new(DIM, &err);
    must(v != NULL && drc_vec_add(v, rows, COUNT, &err) == 0, &err);
    search_all(v, rows + COUNT * DIM, ms);
    double start = cpu_ms(), ours = search_all(v, rows + COUNT * DIM, ms);
    printf("  CPU of one search: %.3f ms\n", (cpu_ms() - start) / QUERIES);
    figure("exact top 5 of 10,000 x 384", ms, QUERIES, 1.0);
    vec_scan_able = false;
    double blas = search_all(v, rows + COUNT * DIM, ms);
    int before = faiss_get_distance_compute_blas_threshold();
    faiss_set_distance_compute_blas_threshold(20); /* FAISS's own */
    double loop = search_all(v, rows + COUNT * DIM, ms);
    faiss_set_distance_compute_blas_threshold(before);
    vec_scan_look();
    printf("  without AVX2: FAISS by BLAS %.3f ms, by its loop %.3f ms; ratio %.2f  <= 0.35  %s\n",
           blas, loop, ours / loop, ours <= 0.35 * loop ? "ok" : "OVER");
    drc_vec_free(v);
    free(rows);
}

static void build(struct drc_arena *a, const char *dir, const struct drc_embedder *e)
{
    struct drc_err err = DRC_ERR_INIT;
    struct drc_corpus c;
    struct drc_index_stats s;
    struct drc_index_build job = {.dir = dir, .name = "docs", .embedder = e};
    int64_t start = drc_clock_mono_us();
    drc_corpus_init(&c, a);
    must(drc_corpus_add_folder(&c, "corpus", &err) == 0, &err);
    must(drc_index_build(&job, &c, &s, &err) == 0, &err);
    drc_corpus_fini(&c);
    double took = (double)(drc_clock_mono_us() - start) / 1e6;
    printf("%-58s %8.2f s   %zu pages, %zu passages, %zu embedded  <= %d s  %s\n",
           s.unchanged ? "index of the corpus, nothing changed" : "index of the corpus", took,
           s.pages, s.passages, s.embedded, s.unchanged ? 1 : 90,
           took <= (s.unchanged ? 1 : 90) ? "ok" : "OVER");
}

static void questions(const char *dir, const struct drc_embedder *e)
{
    static const char *const asked[] = {
        "what happens to my job when the cloud takes back the machine in the night",
        "why is the bill of yesterday still growing although nothing ran since noon",
        "shufle spills to disc and the stage takes for ever on one task",
        "which table tells me who changed the size of that cluster last week"};
    struct drc_err err = DRC_ERR_INIT;
    double ms[QUERIES];
    struct drc_index *ix = drc_index_open(dir, "docs", e, NULL, NULL, &err);
    must(ix != NULL && drc_index_semantic_off(ix) == NULL, &err);
    struct drc_db *db = drc_index_connect(ix, &err);
    double begin = cpu_ms();
    for (size_t i = 0; i < QUERIES; i++) {
        struct drc_arena *a = drc_arena_new();
        struct drc_asked q;
        struct drc_search_result r;
        int64_t start = drc_clock_mono_us();
        must(drc_index_search(ix, db, NULL, a, asked[i % 4], "docs", 5, &q, &r, NULL, &err) == 0,
             &err);
        ms[i] = (double)(drc_clock_mono_us() - start) / 1e3;
        drc_arena_free(a);
    }
    printf("  CPU of one question: %.3f ms\n", (cpu_ms() - begin) / QUERIES);
    figure("question to pages, by words and meaning", ms, QUERIES, 30.0);
    drc_db_close(db);
    drc_index_free(ix);
}

int main(void)
{
    struct drc_err err = DRC_ERR_INIT;
    char dir[] = "/tmp/drc-bench-search-XXXXXX";
    static const char *const files[] = {"docs.db", "docs.faiss", "docs.meta.json"};
    struct drc_arena *a = drc_arena_new();
    must(drc_conf_load(NULL, &err) == 0 && drc_http_global_init(&err) == 0, &err);
    vectors();
    struct drc_embedder *e = drc_embedder_open(a, &err);
    must(e != NULL && mkdtemp(dir) != NULL, &err);
    build(a, dir, e);
    build(a, dir, e);
    questions(dir, e);
    for (size_t i = 0; i < 3; i++)
        unlink(drc_arena_printf(a, "%s/%s", dir, files[i]));
    rmdir(dir);
    drc_arena_free(a);
    return 0;
}
