#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "probe.h"

int probe(void)
{
    char text[8];
    int file = open("/flagged", O_RDWR | O_CREAT | O_EXCL | O_APPEND, 0600);
    if (file < 0)
        return FAILS;
    if (open("/flagged", O_RDWR | O_CREAT | O_EXCL, 0600) != -1 || errno != EEXIST)
        return WRONG;
    if (open("/flagged", O_RDONLY | O_DIRECTORY) != -1 || errno != ENOTDIR)
        return WRONG;
    if (!(fcntl(file, F_GETFL) & O_APPEND))
        return WRONG;
    if (write(file, "ab", 2) != 2 || lseek(file, 0, SEEK_SET) || write(file, "cd", 2) != 2)
        return FAILS;
    if (lseek(file, 0, SEEK_SET) || read(file, text, 8) != 4)
        return WRONG;
    close(file);
    file = open("/flagged", O_WRONLY | O_TRUNC);
    off_t size = lseek(file, 0, SEEK_END);
    close(file);
    unlink("/flagged");
    return size == 0 ? RIGHT : WRONG;
}
