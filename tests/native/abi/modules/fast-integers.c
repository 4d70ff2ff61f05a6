#include <stdint.h>

#include "probe.h"

extern int sum(const int_fast16_t *values, int count);

int probe(void)
{
    int_fast16_t values[] = {1, 2, 3, 4};
    return sum(values, 4) == 10 ? RIGHT : WRONG;
}
