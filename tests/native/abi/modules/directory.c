#include <dirent.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "probe.h"

int probe(void)
{
    int seen = 0, folders = 0;
    struct dirent *entry;
    if (mkdir("/listed", 0700) || mkdir("/listed/folder", 0700))
        return FAILS;
    DIR *listed = opendir("/listed");
    if (!listed)
        return FAILS;
    while ((entry = readdir(listed)))
        if (!strcmp(entry->d_name, "folder")) {
            seen++;
            folders += entry->d_type == DT_DIR;
        }
    closedir(listed);
    rmdir("/listed/folder");
    rmdir("/listed");
    return seen == 1 && folders == 1 ? RIGHT : WRONG;
}
