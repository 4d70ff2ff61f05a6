// sidepp.checked(n): twice n, or -1 for a negative n. Where the platform has exceptions,
// the refusal travels as one; where it has none, as a value.
#include "limited_api.h"

namespace {

template <typename Number> struct Checked {
    Number value;
    Number twice() const;
};

#if __cpp_exceptions
template <typename Number> __attribute__((noinline)) Number Checked<Number>::twice() const {
    if (value < 0) throw value;
    return 2 * value;
}

PyObject *checked(PyObject *, PyObject *n) {
    try {
        return PyLong_FromLong(Checked<long>{PyLong_AsLong(n)}.twice());
    } catch (long) {
        return PyLong_FromLong(-1);
    }
}
#else
template <typename Number> Number Checked<Number>::twice() const {
    return value < 0 ? -1 : 2 * value;
}

PyObject *checked(PyObject *, PyObject *n) {
    return PyLong_FromLong(Checked<long>{PyLong_AsLong(n)}.twice());
}
#endif

PyMethodDef methods[] = {{"checked", checked, METH_O, nullptr}, {}};
PyModuleDef module = {1, nullptr, nullptr, 0, nullptr, "sidepp", nullptr, -1, methods};

} // namespace

EXPORT PyObject *PyInit_sidepp() { return PyModule_Create2(&module, PYTHON_ABI_VERSION); }
