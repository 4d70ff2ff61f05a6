/* The program that the module is linked with, built for the library's platform. */
#include <stdint.h>
#include <stdio.h>

#include "probe.h"

/* For recv.c: the host answers for any number. */
int connection = 9;

/* For fast-integers.c: a library of the program's. */
int sum(const int_fast16_t *values, int count)
{
    int total = 0;
    for (int i = 0; i < count; i++)
        total += values[i];
    return total;
}

int main(void)
{
    printf("%d\n", probe());
    return 0;
}
