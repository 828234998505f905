/* Records what a process asks of the file system, in the order it was done, so that a power cut
 * can be played at any point afterwards (_disk.py). Preloaded into the real process:
 *     LD_PRELOAD=recorder.so RECORD_FOLDER=/abs/folder RECORD_TRACE=/abs/trace python …
 * Only files below RECORD_FOLDER are recorded, "-shm" files never: SQLite rebuilds them.
 * One lock is held over each call and its record, so the trace is an order that really happened.
 * Calls that could change a file unseen (writev, sendfile, a shared writable mapping …) are
 * recorded as 'X', and a trace with an 'X' in it is refused.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#define MOST_FDS 4096
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char folder[PATH_MAX];
static size_t folder_length;
static int trace = -1;
static char tracked[MOST_FDS];
static pid_t owner;

#define REAL(name) \
    static __typeof__(name) *real_##name; \
    if (!real_##name) real_##name = dlsym(RTLD_NEXT, #name)

__attribute__((constructor)) static void begin(void) {
    const char *where = getenv("RECORD_FOLDER"), *to = getenv("RECORD_TRACE");
    if (!where || !to || !realpath(where, folder)) return;
    folder_length = strlen(folder);
    trace = syscall(SYS_openat, AT_FDCWD, to, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    owner = getpid();
}

static void put(char op, int fd, int64_t number, const void *data, uint32_t length) {
    struct { char op; char pad[3]; int32_t fd; int64_t number; uint32_t length; } __attribute__((packed)) head;
    memset(&head, 0, sizeof head);
    head.op = op; head.fd = fd; head.number = number; head.length = length;
    struct iovec parts[2] = {{&head, sizeof head}, {(void *)data, length}};
    if (syscall(SYS_writev, trace, parts, 2) != (long)(sizeof head + length)) abort();
}

static int active(void) { return trace >= 0 && getpid() == owner; }

static int within(int dirfd, const char *path, char *full) {
    char base[PATH_MAX] = "";
    if (!active() || !path) return 0;
    if (path[0] != '/') {
        if (dirfd == AT_FDCWD) { if (!getcwd(base, sizeof base)) return 0; }
        else {
            char link[64]; snprintf(link, sizeof link, "/proc/self/fd/%d", dirfd);
            ssize_t n = readlink(link, base, sizeof base - 1);
            if (n < 0) return 0;
            base[n] = 0;
        }
        if (snprintf(full, PATH_MAX, "%s/%s", base, path) >= PATH_MAX) return 0;
    } else snprintf(full, PATH_MAX, "%s", path);
    size_t n = strlen(full);
    if (n > 4 && !strcmp(full + n - 4, "-shm")) return 0;
    return !strncmp(full, folder, folder_length) && (full[folder_length] == '/' || !full[folder_length]);
}

static int known(int fd) { return active() && fd >= 0 && fd < MOST_FDS && tracked[fd]; }

static int opened(int dirfd, const char *path, int flags, mode_t mode) {
    char full[PATH_MAX]; struct stat before;
    if (!within(dirfd, path, full)) return syscall(SYS_openat, dirfd, path, flags, mode);
    pthread_mutex_lock(&lock);
    int existed = stat(full, &before) == 0;
    int fd = syscall(SYS_openat, dirfd, path, flags, mode);
    int failure = errno;
    if (fd >= MOST_FDS) abort();
    if (fd >= 0) {
        tracked[fd] = 1;
        put('O', fd, (existed ? 0 : 1) | ((flags & O_TRUNC) ? 2 : 0), full, strlen(full));
    }
    pthread_mutex_unlock(&lock);
    errno = failure;
    return fd;
}

#define MODE mode_t mode = 0; if (flags & (O_CREAT | O_TMPFILE)) { va_list v; va_start(v, flags); mode = va_arg(v, int); va_end(v); }
int open(const char *path, int flags, ...) { MODE return opened(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE return opened(AT_FDCWD, path, flags | O_LARGEFILE, mode); }
int openat(int dirfd, const char *path, int flags, ...) { MODE return opened(dirfd, path, flags, mode); }
int openat64(int dirfd, const char *path, int flags, ...) { MODE return opened(dirfd, path, flags | O_LARGEFILE, mode); }
int creat(const char *path, mode_t mode) { return opened(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode); }

int close(int fd) {
    if (!known(fd)) return syscall(SYS_close, fd);
    pthread_mutex_lock(&lock);
    tracked[fd] = 0;
    put('C', fd, 0, 0, 0);
    int done = syscall(SYS_close, fd), failure = errno;
    pthread_mutex_unlock(&lock);
    errno = failure;
    return done;
}

static ssize_t written(int fd, const void *data, size_t length, int64_t offset, int placed) {
    pthread_mutex_lock(&lock);
    if (!placed) {
        offset = (fcntl(fd, F_GETFL) & O_APPEND) ? lseek(fd, 0, SEEK_END) : lseek(fd, 0, SEEK_CUR);
    }
    ssize_t done = placed ? syscall(SYS_pwrite64, fd, data, length, offset) : syscall(SYS_write, fd, data, length);
    int failure = errno;
    if (done > 0) put('W', fd, offset, data, done);
    pthread_mutex_unlock(&lock);
    errno = failure;
    return done;
}
ssize_t write(int fd, const void *data, size_t length) {
    return known(fd) ? written(fd, data, length, 0, 0) : syscall(SYS_write, fd, data, length);
}
ssize_t pwrite(int fd, const void *data, size_t length, off_t offset) {
    return known(fd) ? written(fd, data, length, offset, 1) : syscall(SYS_pwrite64, fd, data, length, offset);
}
ssize_t pwrite64(int fd, const void *data, size_t length, off64_t offset) { return pwrite(fd, data, length, offset); }

int ftruncate(int fd, off_t length) {
    if (!known(fd)) return syscall(SYS_ftruncate, fd, length);
    pthread_mutex_lock(&lock);
    int done = syscall(SYS_ftruncate, fd, length), failure = errno;
    if (!done) put('T', fd, length, 0, 0);
    pthread_mutex_unlock(&lock);
    errno = failure;
    return done;
}
int ftruncate64(int fd, off64_t length) { return ftruncate(fd, length); }

/* A disk that fails one sync: the process may be told (EIO), or, as whoever asks again is, that all is well.
 * Either way the system has let go of what was written: 'F', and a later sync does not bring it back. */
static int until_failure = -1, lies = 0, n_failed = 0;
void fail_sync_after(int n, int lying) {
    pthread_mutex_lock(&lock);
    until_failure = n; lies = lying; n_failed = 0;
    pthread_mutex_unlock(&lock);
}
int failed_syncs(void) { return n_failed; }

static int synced(int fd, long call) {
    if (!known(fd)) return syscall(call, fd);
    pthread_mutex_lock(&lock);
    if (until_failure >= 0 && !until_failure--) {
        n_failed++;
        put('F', fd, 0, 0, 0);
        pthread_mutex_unlock(&lock);
        errno = EIO;
        return lies ? 0 : -1;
    }
    int done = syscall(call, fd), failure = errno;
    if (!done) put('S', fd, 0, 0, 0);
    pthread_mutex_unlock(&lock);
    errno = failure;
    return done;
}
int fsync(int fd) { return synced(fd, SYS_fsync); }
int fdatasync(int fd) { return synced(fd, SYS_fdatasync); }

static int moved(int olddir, const char *old, int newdir, const char *new) {
    char from[PATH_MAX], to[PATH_MAX], both[2 * PATH_MAX];
    int is_from = within(olddir, old, from), is_to = within(newdir, new, to);
    if (!is_from && !is_to) return syscall(SYS_renameat2, olddir, old, newdir, new, 0);
    pthread_mutex_lock(&lock);
    int done = syscall(SYS_renameat2, olddir, old, newdir, new, 0), failure = errno;
    if (!done) {
        size_t first = strlen(from) + 1;
        memcpy(both, from, first);
        memcpy(both + first, to, strlen(to));
        put(is_from && is_to ? 'R' : 'X', -1, 0, both, first + strlen(to));
    }
    pthread_mutex_unlock(&lock);
    errno = failure;
    return done;
}
int rename(const char *old, const char *new) { return moved(AT_FDCWD, old, AT_FDCWD, new); }
int renameat(int olddir, const char *old, int newdir, const char *new) { return moved(olddir, old, newdir, new); }

static int removed(int dirfd, const char *path, int flags) {
    char full[PATH_MAX];
    if (!within(dirfd, path, full)) return syscall(SYS_unlinkat, dirfd, path, flags);
    pthread_mutex_lock(&lock);
    int done = syscall(SYS_unlinkat, dirfd, path, flags), failure = errno;
    if (!done) put('U', -1, 0, full, strlen(full));
    pthread_mutex_unlock(&lock);
    errno = failure;
    return done;
}
int unlink(const char *path) { return removed(AT_FDCWD, path, 0); }
int unlinkat(int dirfd, const char *path, int flags) { return removed(dirfd, path, flags); }
int rmdir(const char *path) { return removed(AT_FDCWD, path, AT_REMOVEDIR); }

static int made(int dirfd, const char *path, mode_t mode) {
    char full[PATH_MAX];
    if (!within(dirfd, path, full)) return syscall(SYS_mkdirat, dirfd, path, mode);
    pthread_mutex_lock(&lock);
    int done = syscall(SYS_mkdirat, dirfd, path, mode), failure = errno;
    if (!done) put('M', -1, 0, full, strlen(full));
    pthread_mutex_unlock(&lock);
    errno = failure;
    return done;
}
int mkdir(const char *path, mode_t mode) { return made(AT_FDCWD, path, mode); }
int mkdirat(int dirfd, const char *path, mode_t mode) { return made(dirfd, path, mode); }

/* What follows would change a file behind the recorder's back. */
static void unseen(int fd) {
    if (!known(fd)) return;
    pthread_mutex_lock(&lock);
    put('X', fd, 0, 0, 0);
    pthread_mutex_unlock(&lock);
}
ssize_t writev(int fd, const struct iovec *v, int n) { unseen(fd); return syscall(SYS_writev, fd, v, n); }
ssize_t pwritev(int fd, const struct iovec *v, int n, off_t o) { unseen(fd); REAL(pwritev); return real_pwritev(fd, v, n, o); }
ssize_t sendfile(int to, int from, off_t *o, size_t n) { unseen(to); return syscall(SYS_sendfile, to, from, o, n); }
ssize_t sendfile64(int to, int from, off64_t *o, size_t n) { unseen(to); return syscall(SYS_sendfile, to, from, o, n); }
ssize_t copy_file_range(int from, off64_t *a, int to, off64_t *b, size_t n, unsigned f) {
    unseen(to); return syscall(SYS_copy_file_range, from, a, to, b, n, f);
}
int fallocate(int fd, int mode, off_t o, off_t n) { unseen(fd); return syscall(SYS_fallocate, fd, mode, o, n); }
int posix_fallocate(int fd, off_t o, off_t n) { unseen(fd); REAL(posix_fallocate); return real_posix_fallocate(fd, o, n); }
void *mmap(void *at, size_t n, int prot, int flags, int fd, off_t o) {
    if ((prot & PROT_WRITE) && (flags & MAP_SHARED)) unseen(fd);
    return (void *)syscall(SYS_mmap, at, n, prot, flags, fd, o);
}
void *mmap64(void *at, size_t n, int prot, int flags, int fd, off64_t o) { return mmap(at, n, prot, flags, fd, o); }
