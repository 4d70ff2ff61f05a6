"""The runtimes, each as a child process that calls functions on request."""

from pathlib import Path

# Where the lock file of the Pyodides is.
RUNTIMES = Path(__file__).parent
