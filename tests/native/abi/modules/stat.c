#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "probe.h"

int probe(void)
{
    struct stat found, root;
    FILE *file = fopen("/measured", "w");
    if (!file || fputs("four", file) < 0 || fclose(file))
        return FAILS;
    if (stat("/measured", &found) || stat("/", &root) || unlink("/measured"))
        return FAILS;
    if (!S_ISREG(found.st_mode) || !S_ISDIR(root.st_mode))
        return WRONG;
    if (found.st_size != 4 || found.st_nlink != 1)
        return WRONG;
    if (found.st_mtim.tv_sec < 1700000000 || found.st_mtim.tv_nsec > 999999999)
        return WRONG;
    return RIGHT;
}
