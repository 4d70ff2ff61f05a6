#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe.h"

static int by_value(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

int probe(void)
{
    int *values = malloc(4096 * sizeof *values);
    char text[64];
    if (!values)
        return FAILS;
    for (int i = 0; i < 4096; i++)
        values[i] = 4095 - i;
    qsort(values, 4096, sizeof *values, by_value);
    snprintf(text, sizeof text, "%d %.2f %s", values[7], 1.5, "seven");
    free(values);
    if (strcmp(text, "7 1.50 seven") || strtol("0x2a", NULL, 0) != 42)
        return WRONG;
    return strtod("2.5e3", NULL) == 2500 ? RIGHT : WRONG;
}
