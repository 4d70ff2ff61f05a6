#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "probe.h"

int probe(void)
{
    char line[32] = "";
    FILE *file = fopen("/written", "w");
    if (!file || fprintf(file, "%d\n", 42) < 0 || fclose(file))
        return FAILS;
    file = fopen("/written", "r");
    if (!file || !fgets(line, sizeof line, file) || fseeko(file, 0, SEEK_END))
        return FAILS;
    off_t size = ftello(file);
    fclose(file);
    unlink("/written");
    return size == 3 && !strcmp(line, "42\n") ? RIGHT : WRONG;
}
