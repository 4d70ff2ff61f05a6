#include <fcntl.h>
#include <poll.h>
#include <sys/select.h>
#include <unistd.h>

#include "probe.h"

int probe(void)
{
    int file = open("/polled", O_RDWR | O_CREAT, 0600);
    struct pollfd one = {file, POLLIN | POLLOUT, 0};
    fd_set set;
    if (file < 0)
        return FAILS;
    FD_ZERO(&set);
    FD_SET(file, &set);
    if (poll(&one, 1, -1) != 1 || select(file + 1, NULL, &set, NULL, NULL) != 1)
        return FAILS;
    close(file);
    unlink("/polled");
    return one.revents & (POLLIN | POLLOUT) && FD_ISSET(file, &set) ? RIGHT : WRONG;
}
