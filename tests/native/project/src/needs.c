/* needs.length(text): asked of libdep, which is beside this module in the wheel. */
#include "limited_api.h"

long dep_length(const char *text);

static PyObject *length(PyObject *self, PyObject *text) {
    (void)self;
    return PyLong_FromLong(dep_length(PyUnicode_AsUTF8AndSize(text, 0)));
}

static PyMethodDef methods[] = {{"length", length, METH_O, 0}, {0, 0, 0, 0}};
static PyModuleDef module = {1, 0, 0, 0, 0, "needs", 0, -1, methods, 0, 0, 0, 0};

EXPORT PyObject *PyInit_needs(void) { return PyModule_Create2(&module, PYTHON_ABI_VERSION); }
