/* side.twice(n): an extension module for the stable ABI. The same file for both families. */
#include "limited_api.h"

/* Ask for a symbol that only some C libraries have (-DPROBE=N); docs/why-exact.md. */
#if PROBE == 1
int pthread_once(int *, void (*)(void));
static int once, probed;
static void probe_once(void) { probed = 1; }
static void probe(void) { pthread_once(&once, probe_once); }
#elif PROBE == 2
typedef struct { const void *start; unsigned long length; } Vector;
unsigned short __wasi_fd_write(int, const Vector *, unsigned long, unsigned long *);
static void probe(void) {
    Vector nothing = {"", 0};
    unsigned long written;
    __wasi_fd_write(1, &nothing, 1, &written);
}
#else
static void probe(void) {}
#endif

static PyObject *twice(PyObject *self, PyObject *n) {
    (void)self;
    probe();
    return PyLong_FromLongLong(2LL * PyLong_AsLong(n));
}

static PyMethodDef methods[] = {{"twice", twice, METH_O, 0}, {0, 0, 0, 0}};
static PyModuleDef module = {1, 0, 0, 0, 0, "side", 0, -1, methods, 0, 0, 0, 0};

EXPORT PyObject *PyInit_side(void) { return PyModule_Create2(&module, PYTHON_ABI_VERSION); }
