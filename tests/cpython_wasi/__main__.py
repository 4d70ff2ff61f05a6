"""``python -m tests.cpython_wasi``, from the root of the repository."""

import sys

from tests.toolkit.command import start

if __name__ == "__main__":
    sys.exit(start("tests.cpython_wasi.command"))
