#include "probe.h"

static volatile int six = 6;

int probe(void)
{
    return six * 7 == 42 ? RIGHT : WRONG;
}
