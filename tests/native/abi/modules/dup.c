#include <errno.h>
#include <unistd.h>

#include "probe.h"

int probe(void)
{
    int copy = dup(1);
    if (copy < 0) /* WASI 0.1 has no such thing, and the call says so */
        return errno == ENOTSUP ? RIGHT : WRONG;
    return close(copy) ? FAILS : RIGHT;
}
