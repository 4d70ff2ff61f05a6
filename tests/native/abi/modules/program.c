/* The program that modules are linked with, built for the library's platform: it asks the
   one that its argument names. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Each module may have been refused. */
#define PROBE(name) __attribute__((weak)) int name(void);
PROBES
#undef PROBE

#define PROBE(name) {#name, name},
static const struct {
    const char *name;
    int (*probe)(void);
} all[] = {PROBES};

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

int main(int count, char **names)
{
    for (unsigned i = 0; count > 1 && i < sizeof all / sizeof *all; i++)
        if (all[i].probe && !strcmp(names[1], all[i].name))
            printf("%d\n", all[i].probe());
    return 0;
}
