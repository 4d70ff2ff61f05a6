#include <algorithm>
#include <string>
#include <vector>

#include "probe.h"

int probe(void)
{
    std::vector<std::string> words;
    for (int i = 0; i < 1000; i++)
        words.push_back("a rather long word, number " + std::to_string(i % 100));
    std::sort(words.begin(), words.end());
    if (words.front() != "a rather long word, number 0" || words.back().size() != 29)
        return WRONG;
    return std::stoi("42") == 42 ? RIGHT : WRONG;
}
