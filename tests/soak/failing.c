/* Lets calls that change files of a folder fail, as a full disk or a bad network does; for LD_PRELOAD.
 *
 * FAILING_FOLDER  beginning of the paths that are meant
 * FAILING_RANK    the rank of MPI whose calls are counted and fail; every one by default
 * FAILING_FIRST   number of the first call that fails, from 1; 0: none does
 * FAILING_LAST    number of the last one; -1: all later ones
 * FAILING_ERRNO   what they fail with
 * FAILING_DELAY   milliseconds that every call takes longer, as on a network; none by default
 * FAILING_LIST    file to which each call is added: number, name, path
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static long count;
static __thread int inside;

static long number(const char *name, long otherwise) {
    const char *text = getenv(name);
    return text && *text ? atol(text) : otherwise;
}

static void add_to_list(long which, const char *call, const char *path) {
    const char *list = getenv("FAILING_LIST");
    FILE *file = list && *list ? fopen(list, "a") : NULL;
    if (file) {
        fprintf(file, "%ld %s %s\n", which, call, path);
        fclose(file);
    }
}

static int is_meant(void) {
    const char *meant = getenv("FAILING_RANK"), *rank = getenv("OMPI_COMM_WORLD_RANK");
    return !meant || !rank || !strcmp(meant, rank);
}

static int fails(const char *call, const char *path) {
    const char *folder = getenv("FAILING_FOLDER");
    if (!is_meant()) return 0;
    if (inside || !path || !folder || !*folder || strncmp(path, folder, strlen(folder)) != 0) return 0;
    inside = 1;
    int saved = errno, error = (int)number("FAILING_ERRNO", EIO);
    long now = __sync_add_and_fetch(&count, 1);
    long first = number("FAILING_FIRST", 0), last = number("FAILING_LAST", first);
    int failing = first && now >= first && (last < 0 || now <= last);
    usleep(1000 * number("FAILING_DELAY", 0));
    /* A full disk, or a quota, lets go of what is on it. */
    if ((error == ENOSPC || error == EDQUOT) && (!strcmp(call, "unlink") || !strcmp(call, "rmdir"))) failing = 0;
    add_to_list(now, call, path);
    errno = failing ? error : saved;
    inside = 0;
    return failing;
}

static int fails_on(const char *call, int descriptor) {
    char link[64], path[PATH_MAX];
    if (inside) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return fails(call, path);
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define WRITES(flags) (((flags) & (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC)) != 0)
#define MODE(flags)                                                        \
    va_list rest;                                                          \
    va_start(rest, flags);                                                 \
    mode_t mode = flags & (O_CREAT | __O_TMPFILE) ? va_arg(rest, mode_t) : 0; \
    va_end(rest)
#define OPEN(name)                                               \
    int name(const char *path, int flags, ...) {                 \
        MODE(flags);                                             \
        if (WRITES(flags) && fails("open", path)) return -1;     \
        return REAL(name)(path, flags, mode);                    \
    }
#define OPENAT(name)                                             \
    int name(int at, const char *path, int flags, ...) {         \
        MODE(flags);                                             \
        if (WRITES(flags) && fails("open", path)) return -1;     \
        return REAL(name)(at, path, flags, mode);                \
    }
#define ON(result, call, name, parameters, arguments, descriptor)                                      \
    result name parameters { return fails_on(call, descriptor) ? (result)-1 : REAL(name) arguments; }
#define AT(name, call, parameters, arguments, path)                                                    \
    int name parameters { return fails(call, path) ? -1 : REAL(name) arguments; }

OPEN(open)
OPEN(open64)
OPENAT(openat)
OPENAT(openat64)
ON(ssize_t, "write", write, (int d, const void *data, size_t size), (d, data, size), d)
ON(ssize_t, "write", pwrite, (int d, const void *data, size_t size, off_t at), (d, data, size, at), d)
ON(ssize_t, "write", pwrite64, (int d, const void *data, size_t size, off64_t at), (d, data, size, at), d)
ON(ssize_t, "write", writev, (int d, const struct iovec *v, int n), (d, v, n), d)
ON(ssize_t, "write", pwritev, (int d, const struct iovec *v, int n, off_t at), (d, v, n, at), d)
ON(ssize_t, "write", pwritev64, (int d, const struct iovec *v, int n, off64_t at), (d, v, n, at), d)
ON(int, "fsync", fsync, (int d), (d), d)
ON(int, "fsync", fdatasync, (int d), (d), d)
ON(int, "truncate", ftruncate, (int d, off_t size), (d, size), d)
ON(int, "truncate", ftruncate64, (int d, off64_t size), (d, size), d)
AT(rename, "rename", (const char *from, const char *to), (from, to), to)
AT(mkdir, "mkdir", (const char *path, mode_t mode), (path, mode), path)
AT(unlink, "unlink", (const char *path), (path), path)
AT(rmdir, "rmdir", (const char *path), (path), path)
