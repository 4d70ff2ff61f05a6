#include <pthread.h>

#include "probe.h"

static int count;

static void increase(void)
{
    count++;
}

int probe(void)
{
    pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    pthread_key_t key;
    if (pthread_once(&once, increase) || pthread_once(&once, increase))
        return FAILS;
    if (pthread_mutex_lock(&lock) || pthread_mutex_unlock(&lock))
        return FAILS;
    if (pthread_key_create(&key, NULL) || pthread_setspecific(key, &count))
        return FAILS;
    return count == 1 && pthread_getspecific(key) == &count ? RIGHT : WRONG;
}
