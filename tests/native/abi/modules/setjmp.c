#include <setjmp.h>

#include "probe.h"

static jmp_buf place;

__attribute__((noinline)) static void leave(void)
{
    longjmp(place, 42);
}

int probe(void)
{
    int number = setjmp(place);
    if (number == 0)
        leave();
    return number == 42 ? RIGHT : WRONG;
}
