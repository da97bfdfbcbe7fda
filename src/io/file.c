#include "drc/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "drc/fault.h"

char *drc_file_read(struct drc_arena *a, const char *path, size_t max_bytes, size_t *bytes,
                    struct drc_err *err)
{
    if (drc_fault_hit("file")) {
        drc_err_set(err, DRC_ERR_CONFIG, "%s cannot be read: injected fault", path);
        return NULL;
    }
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
        drc_err_set(err, DRC_ERR_CONFIG, "%s cannot be read: %s", path,
                    fd < 0 ? strerror(errno) : "not a file");
        if (fd >= 0)
            close(fd);
        return NULL;
    }
    if ((uint64_t)st.st_size > max_bytes) {
        close(fd);
        drc_err_set(err, DRC_ERR_LIMIT, "%s has %lld bytes, the cap is %zu", path,
                    (long long)st.st_size, max_bytes);
        return NULL;
    }
    size_t size = (size_t)st.st_size, have = 0;
    char *data = drc_arena_alloc(a, size + 1);
    while (have < size) {
        ssize_t n = read(fd, data + have, size - have);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break; /* shorter than it was: take what there is */
        have += (size_t)n;
    }
    close(fd);
    data[have] = '\0';
    if (bytes != NULL)
        *bytes = have;
    return data;
}

static int write_all(int fd, const char *data, size_t bytes)
{
    while (bytes > 0) {
        ssize_t n = write(fd, data, bytes);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return -1;
        data += n;
        bytes -= (size_t)n;
    }
    return 0;
}

static int write_file(const char *path, const void *data, size_t bytes, bool durable,
                      struct drc_err *err)
{
    char temp[4096];
    int n = snprintf(temp, sizeof temp, "%s.XXXXXX", path);
    if (n < 0 || (size_t)n >= sizeof temp)
        return drc_err_set(err, DRC_ERR_CONFIG, "the path is too long: %.80s...", path);
    if (drc_fault_hit("file"))
        return drc_err_set(err, DRC_ERR_CONFIG, "%s cannot be written: injected fault", path);
    int fd = mkostemp(temp, O_CLOEXEC);
    if (fd < 0)
        return drc_err_set(err, DRC_ERR_CONFIG, "%s cannot be written: %s", path, strerror(errno));
    bool ok = write_all(fd, data, bytes) == 0 && fchmod(fd, 0644) == 0;
    ok = ok && (!durable || fsync(fd) == 0);
    ok = close(fd) == 0 && ok;
    if (ok && rename(temp, path) == 0)
        return 0;
    int why = errno;
    unlink(temp);
    return drc_err_set(err, DRC_ERR_CONFIG, "%s cannot be written: %s", path, strerror(why));
}

int drc_file_write(const char *path, const void *data, size_t bytes, struct drc_err *err)
{
    return write_file(path, data, bytes, false, err);
}

int drc_file_write_durable(const char *path, const void *data, size_t bytes, struct drc_err *err)
{
    return write_file(path, data, bytes, true, err);
}

int drc_file_publish(const char *temp, const char *path, struct drc_err *err)
{
    int fd = open(temp, O_RDONLY | O_CLOEXEC);
    int rc = fd < 0 ? -1 : fsync(fd);
    if (fd >= 0)
        close(fd);
    if (rc < 0 || rename(temp, path) < 0)
        return drc_err_set(err, DRC_ERR_CONFIG, "%.200s cannot be written: %s", path,
                           strerror(errno));
    return 0;
}

const void *drc_file_map(const char *path, size_t max_bytes, size_t *bytes, struct drc_err *err)
{
    struct stat st;
    void *data = MAP_FAILED;
    int fd = drc_fault_hit("file") ? (errno = EIO, -1) : open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        enum drc_err_code code = errno == ENOENT ? DRC_ERR_NOTFOUND : DRC_ERR_CONFIG;
        drc_err_set(err, code, "%s cannot be read: %s", path, strerror(errno));
        return NULL;
    }
    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size == 0)
        drc_err_set(err, DRC_ERR_CONFIG, "%s is not a file with bytes in it", path);
    else if ((uint64_t)st.st_size > max_bytes)
        drc_err_set(err, DRC_ERR_LIMIT, "%s has %lld bytes, the cap is %zu", path,
                    (long long)st.st_size, max_bytes);
    else if ((data = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0)) == MAP_FAILED)
        drc_err_set(err, DRC_ERR_CONFIG, "%s cannot be mapped: %s", path, strerror(errno));
    close(fd);
    if (data == MAP_FAILED)
        return NULL;
    *bytes = (size_t)st.st_size;
    return data;
}

void drc_file_map_drop(const void *data, size_t bytes)
{
    madvise((void *)(uintptr_t)data, bytes, MADV_DONTNEED);
}

void drc_file_unmap(const void *data, size_t bytes)
{
    if (data != NULL)
        munmap((void *)(uintptr_t)data, bytes);
}

bool drc_file_exists(const char *path)
{
    return access(path, F_OK) == 0;
}

bool drc_file_stamp(const char *path, char out[DRC_FILE_STAMP_BYTES])
{
    struct stat st;
    if (stat(path, &st) < 0)
        return false;
    snprintf(out, DRC_FILE_STAMP_BYTES, "%lld %lld.%09ld %llu", (long long)st.st_size,
             (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec, (unsigned long long)st.st_ino);
    return true;
}

int drc_file_remove(const char *path, struct drc_err *err)
{
    if (unlink(path) == 0 || errno == ENOENT)
        return 0;
    return drc_err_set(err, DRC_ERR_CONFIG, "%s cannot be deleted: %s", path, strerror(errno));
}

bool drc_file_is_folder(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

int drc_file_mkdirs(const char *path, struct drc_err *err)
{
    char part[4096];
    size_t n = strlen(path);
    if (n >= sizeof part)
        return drc_err_set(err, DRC_ERR_CONFIG, "the path is too long: %.80s...", path);
    for (size_t i = 1; i <= n; i++) {
        if (i < n && path[i] != '/')
            continue;
        memcpy(part, path, i);
        part[i] = '\0';
        if (mkdir(part, 0755) < 0 && errno != EEXIST)
            return drc_err_set(err, DRC_ERR_CONFIG, "%s cannot be made: %s", part, strerror(errno));
    }
    return 0;
}

int drc_file_mkparent(const char *path, struct drc_err *err)
{
    char dir[4096];
    const char *slash = strrchr(path, '/');
    size_t n = slash == NULL ? 0 : (size_t)(slash - path);
    if (n == 0)
        return 0;
    if (n >= sizeof dir)
        return drc_err_set(err, DRC_ERR_CONFIG, "the path is too long: %.80s...", path);
    memcpy(dir, path, n);
    dir[n] = '\0';
    return drc_file_mkdirs(dir, err);
}

static int by_bytes(const void *x, const void *y)
{
    return strcmp(*(const char *const *)x, *(const char *const *)y);
}

static bool ends_in(const char *name, const char *suffix)
{
    size_t n = strlen(name), s = strlen(suffix);
    return n > s && strcmp(name + n - s, suffix) == 0;
}

int drc_file_list(struct drc_arena *a, const char *dir, const char *suffix, const char ***names,
                  size_t *count, struct drc_err *err)
{
    DIR *d = opendir(dir);
    if (d == NULL)
        return drc_err_set(err, DRC_ERR_CONFIG, "%s cannot be read: %s", dir, strerror(errno));
    size_t cap = 64, n = 0;
    const char **list = drc_arena_array(a, cap, sizeof *list);
    for (struct dirent *e; (e = readdir(d)) != NULL;) {
        if (e->d_name[0] == '.' || !ends_in(e->d_name, suffix))
            continue;
        if (n == cap) {
            const char **bigger = drc_arena_array(a, cap * 2, sizeof *list);
            memcpy(bigger, list, n * sizeof *list);
            list = bigger;
            cap *= 2;
        }
        list[n++] = drc_arena_strdup(a, e->d_name);
    }
    closedir(d);
    qsort(list, n, sizeof *list, by_bytes);
    *names = list;
    *count = n;
    return 0;
}

int drc_file_lock(const char *path, struct drc_err *err)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (fd < 0)
        return drc_err_set(err, DRC_ERR_CONFIG, "%s cannot be opened: %s", path, strerror(errno));
    if (flock(fd, LOCK_EX | LOCK_NB) == 0)
        return 0; /* kept open until the process ends */
    close(fd);
    return drc_err_set(
        err, DRC_ERR_CONFIG,
        "another drc holds %s: stop it first (make stop), or use another DRC_STATE_DB", path);
}
