#define _WASI_EMULATED_PTHREAD
#include <pthread.h>

#include "probe.h"

static void *work(void *argument)
{
    return argument;
}

int probe(void)
{
    pthread_t thread; /* there are no threads, and the call says so */
    return pthread_create(&thread, NULL, work, NULL) ? RIGHT : WRONG;
}
