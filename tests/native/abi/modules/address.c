#include <arpa/inet.h>

#include "probe.h"

int probe(void)
{
    return inet_addr("127.0.0.1") == htonl(0x7f000001) ? RIGHT : WRONG;
}
