#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "probe.h"

int probe(void)
{
    errno = 0;
    if (fopen("/missing", "r") || errno != ENOENT)
        return WRONG;
    if (open("/missing", O_RDONLY | O_DIRECTORY) != -1 || errno != ENOENT)
        return WRONG;
    errno = 0;
    strtol("99999999999999999999", NULL, 10);
    if (errno != ERANGE)
        return WRONG;
    return close(99) == -1 && errno == EBADF ? RIGHT : WRONG;
}
