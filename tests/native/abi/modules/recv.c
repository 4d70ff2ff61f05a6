#include <string.h>
#include <sys/socket.h>

#include "probe.h"

extern int connection;

int probe(void)
{
    char first[4] = "", then[4] = "";
    if (recv(connection, first, 4, MSG_PEEK) != 4)
        return FAILS;
    return recv(connection, then, 4, 0) == 4 && !memcmp(first, then, 4) ? RIGHT : WRONG;
}
