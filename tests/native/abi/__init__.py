"""What depends on the WASI SDK and on the WASI version: modules built for each platform,
linked with the C library of each other one, and run."""
