"""The command ``wasm-tags``: a module for each of its commands.

Such a module has HELP, a line without a full stop; EXAMPLE; ``add_arguments(parser)``; and
``run(options)``, which returns an :class:`.console.Answer`, or raises ValueError if the input
is wrong, OSError, or ModuleNotFoundError if an extra is not installed.
"""
