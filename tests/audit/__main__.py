"""``python -m tests.audit``, from the root of the repository."""

import sys

from tests.toolkit.command import start

if __name__ == "__main__":
    sys.exit(start("tests.audit.command"))
