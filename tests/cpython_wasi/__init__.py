"""CPython for WASI, built with the change that the PEP asks for, and asked about it."""
