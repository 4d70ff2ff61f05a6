"""Build CPython for WASI with the change that the PEP proposes, and run it."""
