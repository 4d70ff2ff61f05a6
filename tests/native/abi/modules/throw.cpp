#include <stdexcept>
#include <string>

#include "probe.h"

__attribute__((noinline)) static void check(int value)
{
    if (value < 0)
        throw std::out_of_range("negative");
}

int probe(void)
{
    try {
        check(-1);
    } catch (const std::exception &error) {
        return std::string(error.what()) == "negative" ? RIGHT : WRONG;
    }
    return WRONG;
}
