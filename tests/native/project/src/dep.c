/* libdep: a library of the wheel's own, which needs.c needs. */
#include <string.h>

#include "limited_api.h"

EXPORT long dep_length(const char *text) { return (long)strlen(text); }
