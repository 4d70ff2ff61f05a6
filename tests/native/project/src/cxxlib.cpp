// cxxlib.count(text): how often each word occurs, with strings, streams, a hash table and an
// algorithm of libc++.
#include "limited_api.h"

#include <algorithm>
#include <sstream>
#include <string>
#include <unordered_map>
#include <vector>

namespace {

PyObject *count(PyObject *, PyObject *text) {
    std::unordered_map<std::string, int> words;
    std::istringstream given(PyUnicode_AsUTF8AndSize(text, nullptr));
    for (std::string word; given >> word;) ++words[word];
    std::vector<std::string> lines;
    for (const auto &[word, times] : words) lines.push_back(word + "=" + std::to_string(times));
    std::sort(lines.begin(), lines.end());
    std::string found;
    for (const auto &line : lines) found += (found.empty() ? "" : " ") + line;
    return PyUnicode_FromString(found.c_str());
}

PyMethodDef methods[] = {{"count", count, METH_O, nullptr}, {}};
PyModuleDef module = {1, nullptr, nullptr, 0, nullptr, "cxxlib", nullptr, -1, methods};

} // namespace

EXPORT PyObject *PyInit_cxxlib() { return PyModule_Create2(&module, PYTHON_ABI_VERSION); }
