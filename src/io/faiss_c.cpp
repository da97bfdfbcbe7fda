/* The part of FAISS's C API that drc calls, over FAISS's C++ library: Debian ships the headers of
 * that API (they are included here, so the compiler checks the prototypes) and not its code. The
 * build leaves this file out where a real libfaiss_c is found. The only file that is not C. */
#include <cstdio>
#include <exception>
#include <new>
#include <string>

#include <faiss/IndexFlat.h>
#include <faiss/impl/FaissException.h>
#include <faiss/index_io.h>
#include <faiss/utils/distances.h>

#include <faiss/c_api/IndexFlat_c.h>
#include <faiss/c_api/Index_c.h>
#include <faiss/c_api/error_c.h>
#include <faiss/c_api/index_io_c.h>
#include <faiss/c_api/utils/distances_c.h>

/* Of libgomp; its header is not where every compiler looks. */
extern "C" void omp_set_num_threads(int);

static thread_local std::string last_error;

/* Runs `body`; an exception becomes the code that FAISS's own C API gives for it. */
template <class Body> static int guarded(Body body)
{
    try {
        /* A setting of the calling thread: each new one starts with as many as there are cores. */
        omp_set_num_threads(1);
        body();
        return OK;
    } catch (const faiss::FaissException &e) {
        last_error = e.what();
        return FAISS_EXCEPT;
    } catch (const std::exception &e) {
        last_error = e.what();
        return STD_EXCEPT;
    } catch (...) {
        last_error = "not known";
        return UNKNOWN_EXCEPT;
    }
}

/* Handles point to the base class, whatever was made. */
static faiss::Index *of(FaissIndex *index)
{
    return reinterpret_cast<faiss::Index *>(index);
}

static const faiss::Index *of(const FaissIndex *index)
{
    return reinterpret_cast<const faiss::Index *>(index);
}

static FaissIndex *handle(faiss::Index *index)
{
    return reinterpret_cast<FaissIndex *>(index);
}

extern "C" {

const char *faiss_get_last_error()
{
    return last_error.c_str();
}

int faiss_IndexFlatIP_new_with(FaissIndexFlatIP **p_index, idx_t d)
{
    return guarded([=] { *p_index = handle(new faiss::IndexFlatIP(d)); });
}

void faiss_Index_free(FaissIndex *index)
{
    delete of(index);
}

int faiss_Index_d(const FaissIndex *index)
{
    return of(index)->d;
}

idx_t faiss_Index_ntotal(const FaissIndex *index)
{
    return of(index)->ntotal;
}

int faiss_Index_add(FaissIndex *index, idx_t n, const float *x)
{
    return guarded([=] { of(index)->add(n, x); });
}

int faiss_Index_search(const FaissIndex *index, idx_t n, const float *x, idx_t k, float *distances,
                       idx_t *labels)
{
    return guarded([=] { of(index)->search(n, x, k, distances, labels); });
}

int faiss_Index_reconstruct(const FaissIndex *index, idx_t key, float *recons)
{
    return guarded([=] { of(index)->reconstruct(key, recons); });
}

void faiss_IndexFlat_xb(FaissIndexFlat *index, float **p_xb, size_t *p_size)
{
    auto *flat = static_cast<faiss::IndexFlat *>(of(index));
    *p_xb = flat->get_xb();
    *p_size = static_cast<size_t>(flat->ntotal) * static_cast<size_t>(flat->d);
}

int faiss_write_index(const FaissIndex *index, FILE *f)
{
    return guarded([=] { faiss::write_index(of(index), f); });
}

int faiss_read_index(FILE *f, int io_flags, FaissIndex **p_out)
{
    return guarded([=] { *p_out = handle(faiss::read_index(f, io_flags)); });
}

void faiss_set_distance_compute_blas_threshold(int value)
{
    faiss::distance_compute_blas_threshold = value;
}

int faiss_get_distance_compute_blas_threshold()
{
    return faiss::distance_compute_blas_threshold;
}
}
