/* What Rust's standard library for wasm32-wasip1 does: it imports WASI 0.1 itself. Some
   files are opened in this way, then one by the C library, and that one is written to. */
#include <fcntl.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

#include "probe.h"

#define WASI(name) __attribute__((import_module("wasi_snapshot_preview1"), import_name(name)))
#define ROOT 3
#define CREATE 1
#define MAY_WRITE (1 << 6)
#define FILES 8

struct part {
    const char *start;
    uint32_t size;
};

WASI("path_open")
int path_open(int folder, int follow, const char *path, uint32_t size, int create,
              uint64_t rights, uint64_t inherited, int flags, int *file);
WASI("fd_write")
int fd_write(int file, const struct part *parts, uint32_t count, uint32_t *written);
WASI("fd_close") int fd_close(int file);

int probe(void)
{
    struct part text = {"four", 4};
    struct stat found;
    uint32_t written = 0;
    int own[FILES], opened = 0, answer = FAILS;
    while (opened < FILES &&
           !path_open(ROOT, 0, "own", 3, CREATE, MAY_WRITE, 0, 0, &own[opened]))
        opened++;
    int file = open("/theirs", O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (opened == FILES && file >= 0 && !fd_write(file, &text, 1, &written))
        answer = !stat("/theirs", &found) && found.st_size == 4 ? RIGHT : WRONG;
    while (opened)
        fd_close(own[--opened]);
    close(file);
    unlink("/own");
    unlink("/theirs");
    return answer;
}
