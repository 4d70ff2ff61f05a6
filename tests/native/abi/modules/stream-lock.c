#include <stdio.h>

#include "probe.h"

int probe(void)
{
    flockfile(stdout);
    funlockfile(stdout);
    return RIGHT;
}
