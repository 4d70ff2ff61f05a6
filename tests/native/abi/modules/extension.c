/* NAME.probe(None): a module as an extension module, by the stable ABI. */
#include "../../project/src/limited_api.h"
#include "probe.h"

#define JOIN(a, b) JOINED(a, b)
#define JOINED(a, b) a##b
#define TEXT(a) TEXT_OF(a)
#define TEXT_OF(a) #a

static PyObject *call(PyObject *self, PyObject *argument)
{
    (void)self;
    (void)argument;
    return PyLong_FromLong(probe());
}

static PyMethodDef methods[] = {{"probe", call, METH_O, 0}, {0, 0, 0, 0}};
static PyModuleDef module = {1, 0, 0, 0, 0, TEXT(NAME), 0, -1, methods, 0, 0, 0, 0};

EXPORT PyObject *JOIN(PyInit_, NAME)(void)
{
    return PyModule_Create2(&module, PYTHON_ABI_VERSION);
}
