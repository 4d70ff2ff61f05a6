"""The functions that a worker calls, in a runtime: they import only the tool and the library."""
