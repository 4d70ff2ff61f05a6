#include <string>
#include <unordered_map>

#include "probe.h"

int probe(void)
{
    std::unordered_map<std::string, int> counts;
    for (int i = 0; i < 1000; i++)
        counts["a rather long word, number " + std::to_string(i % 100)]++;
    if (counts.size() != 100)
        return WRONG;
    return counts["a rather long word, number 42"] == 10 ? RIGHT : WRONG;
}
