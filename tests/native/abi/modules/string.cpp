#include <algorithm>
#include <string>
#include <unordered_map>
#include <vector>

#include "probe.h"

int probe(void)
{
    std::unordered_map<std::string, int> counts;
    std::vector<std::string> words;
    for (int i = 0; i < 1000; i++) {
        std::string word = "a rather long word, number " + std::to_string(i % 100);
        counts[word]++;
        words.push_back(word);
    }
    std::sort(words.begin(), words.end());
    if (counts.size() != 100 || counts["a rather long word, number 42"] != 10)
        return WRONG;
    return std::stoi("42") == 42 && words.front().size() == 28 ? RIGHT : WRONG;
}
