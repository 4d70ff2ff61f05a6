#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "probe.h"

int probe(void)
{
    struct sockaddr_in found = {0};
    socklen_t size = sizeof found;
    int one = socket(AF_INET, SOCK_STREAM, 0);
    if (one < 0) /* the host need not allow it, but must say so */
        return errno == EACCES ? RIGHT : WRONG;
    getsockname(one, (struct sockaddr *)&found, &size);
    return close(one) ? FAILS : RIGHT;
}
