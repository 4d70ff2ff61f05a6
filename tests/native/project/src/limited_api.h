/* The few lines of CPython's limited API (PEP 384) that the modules here use, for a
 * 32-bit CPython. No header of CPython is needed. */
#ifdef __cplusplus
extern "C" {
#endif

typedef struct _object PyObject;
typedef PyObject *(*PyCFunction)(PyObject *self, PyObject *argument);

typedef struct {
    const char *ml_name;
    PyCFunction ml_meth;
    int ml_flags;
    const char *ml_doc;
} PyMethodDef;

typedef struct {
    int ob_refcnt;
    void *ob_type;
    PyObject *(*m_init)(void);
    int m_index;
    PyObject *m_copy;
    const char *m_name;
    const char *m_doc;
    int m_size;
    PyMethodDef *m_methods;
    void *m_slots;
    void *m_traverse;
    void *m_clear;
    void *m_free;
} PyModuleDef;

enum { METH_O = 8, PYTHON_ABI_VERSION = 3 };

PyObject *PyModule_Create2(PyModuleDef *, int);
long PyLong_AsLong(PyObject *);
PyObject *PyLong_FromLong(long);
PyObject *PyLong_FromLongLong(long long);
const char *PyUnicode_AsUTF8AndSize(PyObject *, int *);
PyObject *PyUnicode_FromString(const char *);

#ifdef __cplusplus
}
#define EXPORT extern "C" __attribute__((visibility("default")))
#else
#define EXPORT __attribute__((visibility("default")))
#endif
