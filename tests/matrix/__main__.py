"""``python -m tests.matrix``, from the root of the repository."""

import sys

from ..toolkit.command import start

if __name__ == "__main__":
    sys.exit(start("tests.matrix.command"))
