#include <semaphore.h>

#include "probe.h"

int probe(void)
{
    sem_t free;
    int value;
    if (sem_init(&free, 0, 2) || sem_wait(&free) || sem_getvalue(&free, &value))
        return FAILS;
    return value == 1 ? RIGHT : WRONG;
}
