/* side.twice(n): an extension module for the stable ABI. The same file for both families. */
#include "limited_api.h"

static PyObject *twice(PyObject *self, PyObject *n) {
    (void)self;
    return PyLong_FromLongLong(2LL * PyLong_AsLong(n));
}

static PyMethodDef methods[] = {{"twice", twice, METH_O, 0}, {0, 0, 0, 0}};
static PyModuleDef module = {1, 0, 0, 0, 0, "side", 0, -1, methods, 0, 0, 0, 0};

EXPORT PyObject *PyInit_side(void) { return PyModule_Create2(&module, PYTHON_ABI_VERSION); }
