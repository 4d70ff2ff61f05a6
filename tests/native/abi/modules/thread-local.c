#include "probe.h"

static _Thread_local volatile int counter = 41;

int probe(void)
{
    int count = ++counter;
    counter = 41;
    return count == 42 ? RIGHT : WRONG;
}
