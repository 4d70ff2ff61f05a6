#include <errno.h>
#include <time.h>

#include "probe.h"

#define DAY 86400

int probe(void)
{
    struct timespec used;
    errno = 0; /* the host need not have one, but must say so */
    if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used))
        return errno ? RIGHT : WRONG;
    return used.tv_sec < DAY ? RIGHT : WRONG; /* and not the time since 1970 */
}
