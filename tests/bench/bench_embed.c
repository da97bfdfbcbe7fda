/* Time and memory of the built-in embedder on one thread: a question of 12 words, passages of about
 * 120 tokens, with the limits. Beside the time of the clock stands the processor's, which other
 * work on the machine does not lengthen. Run from the root of the source. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "drc/clock.h"
#include "drc/minilm.h"

#define QUESTION_LIMIT_MS 15.0
#define INDEX_PASSAGES 600
#define INDEX_LIMIT_S 90.0 /* on two cores; here one does it all */

enum { RUNS = 60, PASSAGES = 12 };

static int64_t cpu_us(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
    return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static int compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static long resident_kb(void)
{
    long pages = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    if (f == NULL || fscanf(f, "%*d %ld", &pages) != 1)
        pages = 0;
    if (f != NULL)
        fclose(f);
    return pages * 4;
}

/* Median milliseconds of a text, by the clock and of the processor. */
static void measure(const struct drc_minilm *m, const char *text, int runs, double *clock_ms,
                    double *cpu_ms)
{
    int64_t wall[RUNS], cpu[RUNS];
    float v[DRC_MINILM_DIM];
    for (int i = -2; i < runs; i++) { /* the first two only touch the weights */
        int64_t w = drc_clock_mono_us(), c = cpu_us();
        drc_minilm_embed(m, text, strlen(text), v);
        if (i >= 0) {
            wall[i] = drc_clock_mono_us() - w;
            cpu[i] = cpu_us() - c;
        }
    }
    qsort(wall, (size_t)runs, sizeof *wall, compare);
    qsort(cpu, (size_t)runs, sizeof *cpu, compare);
    *clock_ms = (double)wall[runs / 2] / 1000;
    *cpu_ms = (double)cpu[runs / 2] / 1000;
}

static void print(const char *name, double value, const char *unit, double limit)
{
    printf("%-54s %8.2f %-8s <= %.0f %s  %s\n", name, value, unit, limit, unit,
           value <= limit ? "ok" : "OVER");
}

int main(void)
{
    static const char question[] = "why did the nightly job cost so much more on Tuesday morning";
    static const char sentence[] = "When the cloud takes a spot machine back, the tasks on it are "
                                   "run again on the others; shuffle files are lost with it. ";
    char passage[1024] = "";
    struct drc_err err = DRC_ERR_INIT;
    double wall, cpu;
    long before = resident_kb();
    int64_t at = drc_clock_mono_us();
    struct drc_minilm *m = drc_minilm_open("data/models/minilm-l6-v2.q8", &err);
    if (m == NULL) {
        fprintf(stderr, "bench_embed: %s\n", err.msg);
        return 1;
    }
    double open_ms = (double)(drc_clock_mono_us() - at) / 1000;
    long idle = resident_kb() - before;
    while (drc_minilm_pieces(m, passage, strlen(passage)) < 110)
        strncat(passage, sentence, sizeof passage - strlen(passage) - 1);
    size_t tokens = drc_minilm_pieces(m, passage, strlen(passage)) + 2;
    measure(m, question, RUNS, &wall, &cpu);
    print("embedder: a question of 12 words, by the clock", wall, "ms", QUESTION_LIMIT_MS);
    print("embedder: the same, of the processor", cpu, "ms", QUESTION_LIMIT_MS);
    measure(m, passage, PASSAGES, &wall, &cpu);
    printf("embedder: passages of %zu tokens a second, one thread%*s%8.1f (by the clock %.1f)\n",
           tokens, 7, "", 1000 / cpu, 1000 / wall);
    print("embedder: 600 such passages, of the processor", cpu * INDEX_PASSAGES / 1000, "s",
          INDEX_LIMIT_S);
    printf("embedder: opened in %.1f ms, %.1f MB resident at once, %.1f MB after these texts\n",
           open_ms, (double)idle / 1024, (double)(resident_kb() - before) / 1024);
    drc_minilm_free(m);
    return 0;
}
