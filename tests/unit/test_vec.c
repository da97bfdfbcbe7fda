/* Exact vector search: against a plain scan written here, ties, edges, and files that are not what
 * their identity says. */
#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <float.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "drc/file.h"
#include "drc/vec.h"
#include "io/vec_scan.h"

#define DIM 48
#define COUNT 3000

static struct drc_err err;
static char dir[] = "/tmp/drc-vec-XXXXXX";
static float rows[COUNT][DIM];

static uint64_t seed = 1;
static float chance(void)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (float)((double)(seed >> 40) / (double)(1 << 24)) - 0.5f;
}

static void unit(float *v)
{
    double sum = 0;
    for (int j = 0; j < DIM; j++) {
        v[j] = chance();
        sum += (double)v[j] * (double)v[j];
    }
    for (int j = 0; j < DIM; j++)
        v[j] = (float)((double)v[j] / sqrt(sum));
}

static int set_up(void **state)
{
    (void)state;
    assert_non_null(mkdtemp(dir));
    for (int i = 0; i < COUNT; i++)
        unit(rows[i]);
    for (int i = 40; i < COUNT; i += 50) /* many equal ones, far apart */
        memcpy(rows[i], rows[7], sizeof rows[i]);
    return 0;
}

static int tear_down(void **state)
{
    char path[64];
    (void)state;
    snprintf(path, sizeof path, "%s/v.faiss", dir);
    unlink(path);
    return rmdir(dir);
}

static struct drc_vec *filled(void)
{
    err = (struct drc_err)DRC_ERR_INIT;
    struct drc_vec *v = drc_vec_new(DIM, &err);
    assert_non_null(v);
    assert_int_equal(drc_vec_add(v, rows[0], COUNT, &err), 0);
    assert_int_equal(drc_vec_count(v), COUNT);
    return v;
}

static double dot(const float *x, const float *y)
{
    double sum = 0;
    for (int j = 0; j < DIM; j++)
        sum += (double)x[j] * (double)y[j];
    return sum;
}

/* Rank by counting who is better: no sorting shared with the code under test. */
static size_t rank_of(const float *query, size_t id)
{
    size_t better = 0;
    double score = dot(query, rows[id]);
    for (size_t i = 0; i < COUNT; i++) {
        double other = dot(query, rows[i]);
        better += other > score || (other == score && i < id);
    }
    return better;
}

static void test_against_plain_scan(void **state)
{
    (void)state;
    struct drc_vec *v = filled();
    for (int q = 0; q < 50; q++) {
        float query[DIM];
        struct drc_vec_hit hits[10];
        size_t n;
        unit(query);
        assert_int_equal(drc_vec_search(v, query, 10, hits, &n, &err), 0);
        assert_int_equal(n, 10);
        for (size_t i = 0; i < n; i++) {
            assert_int_equal(rank_of(query, hits[i].id), i);
            assert_true(fabs(hits[i].score - dot(query, rows[hits[i].id])) < 1e-12);
        }
    }
    drc_vec_free(v);
}

static void test_ties_by_number(void **state)
{
    (void)state;
    struct drc_vec *v = filled();
    struct drc_vec_hit hits[30];
    size_t n;
    assert_int_equal(drc_vec_search(v, rows[7], 30, hits, &n, &err), 0);
    assert_int_equal(hits[0].id, 7); /* 60 rows are equal: the first 30 of them, in order */
    for (size_t i = 1; i < n; i++)
        assert_int_equal(hits[i].id, 40 + 50 * (i - 1));
    drc_vec_free(v);
}

/* The processor that has no AVX2. */
static void test_by_faiss_alone(void **state)
{
    bool able = vec_scan_able;
    drc_vec_free(filled()); /* the first index looks for it */
    vec_scan_able = false;
    test_against_plain_scan(state);
    test_ties_by_number(state);
    vec_scan_able = able;
}

/* Fewer rows than are read together, components that fill no register, sums that are no number. */
static void test_shapes(void **state)
{
    (void)state;
    for (int dim = 1; dim <= 19; dim++)
        for (size_t count = 1; count <= 6; count++) {
            struct drc_vec *v = drc_vec_new(dim, &err);
            float x[6 * 19], query[19];
            struct drc_vec_hit hits[6];
            size_t n;
            for (int j = 0; j < 6 * 19; j++)
                x[j] = j / dim == 2 && dim > 2 ? (j % 2 ? FLT_MAX : -FLT_MAX) : chance();
            for (int j = 0; j < 19; j++)
                query[j] = 1 + chance();
            assert_int_equal(drc_vec_add(v, x, count, &err), 0);
            assert_int_equal(drc_vec_search(v, query, 6, hits, &n, &err), 0);
            assert_int_equal(n, count);
            for (size_t i = 0; i < n; i++) {
                double sum = 0;
                for (int j = 0; j < dim; j++)
                    sum += (double)query[j] * (double)x[hits[i].id * (size_t)dim + (size_t)j];
                assert_true(fabs(hits[i].score - sum) <= 1e-9 * fabs(sum));
                assert_true(i == 0 || hits[i - 1].score >= hits[i].score);
            }
            drc_vec_free(v);
        }
}

struct asker {
    const struct drc_vec *v;
    float query[DIM];
    bool right;
};

static void *ask_often(void *data)
{
    struct asker *s = data;
    struct drc_vec_hit hits[5];
    size_t n;
    for (int i = 0; i < 100; i++)
        s->right &= drc_vec_search(s->v, s->query, 5, hits, &n, NULL) == 0 && n == 5 &&
                    rank_of(s->query, hits[0].id) == 0;
    return NULL;
}

static void test_many_threads(void **state)
{
    (void)state;
    struct drc_vec *v = filled();
    struct asker askers[4];
    pthread_t threads[4];
    for (int i = 0; i < 4; i++) {
        askers[i] = (struct asker){.v = v, .right = true};
        unit(askers[i].query);
        assert_int_equal(pthread_create(&threads[i], NULL, ask_often, &askers[i]), 0);
    }
    for (int i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
        assert_true(askers[i].right);
    }
    drc_vec_free(v);
}

static void test_edges(void **state)
{
    (void)state;
    struct drc_vec *v = drc_vec_new(DIM, &err);
    struct drc_vec_hit hits[8];
    float bad[DIM] = {0};
    size_t n = 9;
    assert_int_equal(drc_vec_search(v, rows[0], 8, hits, &n, &err), 0);
    assert_int_equal(n, 0); /* empty */
    assert_int_equal(drc_vec_add(v, rows[0], 3, &err), 0);
    assert_int_equal(drc_vec_search(v, rows[0], 8, hits, &n, &err), 0);
    assert_int_equal(n, 3); /* fewer than asked for */
    bad[5] = NAN;
    assert_int_equal(drc_vec_add(v, bad, 1, &err), -1);
    assert_int_equal(err.code, DRC_ERR_PARSE);
    err = (struct drc_err)DRC_ERR_INIT;
    bad[5] = INFINITY;
    assert_int_equal(drc_vec_search(v, bad, 3, hits, &n, &err), -1);
    assert_int_equal(err.code, DRC_ERR_PARSE);
    assert_int_equal(drc_vec_count(v), 3);
    drc_vec_free(v);
    err = (struct drc_err)DRC_ERR_INIT;
    assert_null(drc_vec_new(0, &err));
}

static void refused(const char *path, const struct drc_vec_identity *want, const char *why)
{
    err = (struct drc_err)DRC_ERR_INIT;
    assert_null(drc_vec_read(path, want, &err));
    if (strstr(err.msg, why) == NULL || strstr(err.msg, path) == NULL)
        fail_msg("\"%s\" does not say \"%s\" and \"%s\"", err.msg, why, path);
}

static void test_files(void **state)
{
    (void)state;
    char path[64], back[DIM * sizeof(float)];
    snprintf(path, sizeof path, "%s/v.faiss", dir);
    struct drc_vec *v = filled();
    struct drc_vec_identity id, other;
    assert_int_equal(drc_vec_write(v, path, &id, &err), 0);
    drc_vec_free(v);
    assert_int_equal(id.dim, DIM);
    assert_int_equal(id.count, COUNT);

    v = drc_vec_read(path, &id, &err);
    assert_non_null(v);
    for (size_t i = 0; i < COUNT; i += 61) {
        assert_int_equal(drc_vec_get(v, i, (float *)back, &err), 0);
        assert_memory_equal(back, rows[i], sizeof back);
    }
    assert_int_equal(drc_vec_get(v, COUNT, (float *)back, &err), -1);
    drc_vec_free(v);

    other = id;
    other.dim = DIM + 1;
    refused(path, &other, "does not hold 3000 vectors of 49");
    other = id;
    other.sha256[0] ^= 1;
    refused(path, &other, "not the file that was built with this index");

    struct drc_arena *a = drc_arena_new();
    size_t bytes;
    char *data = drc_file_read(a, path, 1 << 20, &bytes, &err);
    assert_int_equal(drc_file_write(path, data, bytes - 1, NULL), 0);
    refused(path, &id, "does not hold 3000"); /* cut short */
    data[bytes / 2] ^= 4;
    assert_int_equal(drc_file_write(path, data, bytes, NULL), 0);
    refused(path, &id, "not the file that was built"); /* a bit flipped */
    data[bytes / 2] ^= 4;
    memcpy(data, "IxF2", 4); /* an index of another metric */
    assert_int_equal(drc_file_write(path, data, bytes, NULL), 0);
    refused(path, &id, "does not hold 3000");
    unlink(path);
    refused(path, &id, "cannot be read");
    drc_arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_plain_scan),
        cmocka_unit_test(test_ties_by_number),
        cmocka_unit_test(test_by_faiss_alone),
        cmocka_unit_test(test_shapes),
        cmocka_unit_test(test_many_threads),
        cmocka_unit_test(test_edges),
        cmocka_unit_test(test_files),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
