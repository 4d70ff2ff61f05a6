/* clib: what an extension module asks of the C library: numbers, errno, memory, a file. */
#define _GNU_SOURCE /* for fileno(), where the compiler is strict about C */
#include "limited_api.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef WITH_DUP
#include <unistd.h>
/* Declared by every SDK's unistd.h, and a part of the C library from SDK 34 on. */
static int duplicate(FILE *file) { return dup(fileno(file)); }
#else
static int duplicate(FILE *file) { return fileno(file); }
#endif

/* convert(text): its number, or what errno says of it. */
static PyObject *convert(PyObject *self, PyObject *text) {
    char buffer[32];
    (void)self;
    errno = 0;
    long value = strtol(PyUnicode_AsUTF8AndSize(text, 0), 0, 10);
    if (errno) return PyUnicode_FromString(errno == ERANGE ? "ERANGE" : "another errno");
    snprintf(buffer, sizeof buffer, "%ld", value);
    return PyUnicode_FromString(buffer);
}

/* stored(text): the text, written to a file and read back into memory of its own. */
static PyObject *stored(PyObject *self, PyObject *text) {
    const char *given = PyUnicode_AsUTF8AndSize(text, 0);
    size_t size = strlen(given) + 1;
    char *buffer = malloc(size);
    FILE *file = fopen("/scratch/clib", "w+");
    (void)self;
    if (!buffer || !file || duplicate(file) < 0)
        return PyUnicode_FromString(strerror(errno));
    fputs(given, file);
    rewind(file);
    if (!fgets(buffer, (int)size, file)) buffer[0] = 0;
    fclose(file);
    PyObject *found = PyUnicode_FromString(buffer);
    free(buffer);
    return found;
}

static PyMethodDef methods[] = {
    {"convert", convert, METH_O, 0}, {"stored", stored, METH_O, 0}, {0, 0, 0, 0}};
static PyModuleDef module = {1, 0, 0, 0, 0, "clib", 0, -1, methods, 0, 0, 0, 0};

EXPORT PyObject *PyInit_clib(void) { return PyModule_Create2(&module, PYTHON_ABI_VERSION); }
