#include <string.h>
#include <time.h>

#include "probe.h"

int probe(void)
{
    struct timespec first, then, now;
    struct tm parts;
    time_t moment = 1764028800;
    char text[32];
    if (clock_gettime(CLOCK_MONOTONIC, &first) || clock_gettime(CLOCK_MONOTONIC, &then))
        return FAILS;
    if (clock_gettime(CLOCK_REALTIME, &now) || !gmtime_r(&moment, &parts))
        return FAILS;
    if (then.tv_sec < first.tv_sec || now.tv_sec < moment || timegm(&parts) != moment)
        return WRONG;
    strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &parts);
    return strcmp(text, "2025-11-25 00:00:00") ? WRONG : RIGHT;
}
