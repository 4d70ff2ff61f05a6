"""A command whose extra is not installed."""

import subprocess
import sys

import pytest

from .paths import ROOT

# None in sys.modules: Python takes it for a module that is not there.
WITHOUT = """\
import runpy, sys
command, lacking = sys.argv[1:]
sys.modules[lacking], sys.argv[1:] = None, ["--list"]
runpy.run_module(command, run_name="__main__")
"""


@pytest.mark.parametrize(
    ("command", "lacking"),
    [
        ("tests.matrix", "jsonschema"),
        ("tests.matrix", "rich"),
        ("tests.matrix", "wheel"),
        ("tests.native", "rich"),
    ],
)
def test_what_is_not_installed_is_named(command: str, lacking: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT, command, lacking],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    hint = "in the checkout, pip install -e '.[matrix]' brings it"
    assert done.stderr == f"error: {lacking} is not installed: {hint}\n"
    assert (done.returncode, done.stdout) == (2, "")
