#include <limits.h>
#include <unistd.h>

#include "probe.h"

int probe(void)
{
    return (long)PAGE_SIZE == 65536 && sysconf(_SC_PAGESIZE) == 65536 ? RIGHT : WRONG;
}
