"""Run the pip of this Python for a WebAssembly target, as it is on disk.

pip's options name a target's tags, but it evaluates environment markers for the machine
that it runs on. So pip gets its options, and the one function that answers for the
machine answers for the target. This happens in a process of its own.
"""

from __future__ import annotations

import runpy
import signal
import subprocess
import sys
from importlib import import_module
from typing import TYPE_CHECKING

from .._choice import python_of
from .._target import Target

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MARKERS = "pip._vendor.packaging.markers"
#: options of pip that say what the target says
TAKEN = ("--abi", "--implementation", "--platform", "--python-version")

_SAID = "follows from --target-platform and --python"
# With -c, Python would import from the current folder, whose files are not ours.
_SAFELY = "import sys; sys.path = [*filter(None, sys.path)]; "
_MAIN = f"{_SAFELY}from {__name__} import main; main()"
_PIP = (
    f"{_SAFELY}import runpy;"
    " runpy.run_module('pip', run_name='__main__', alter_sys=True)"
)


def pip_options(target: Target) -> Iterator[str]:
    """Yield pip's options for a target: every spelling of its platform, best first.

    Source: this PEP, "Platform Tags of an Environment"; pip's ``--platform``, which may
    be given several times.
    """
    for tag in target.platform_tags():
        yield f"--platform={tag}"
    yield f"--python-version={python_of(target)}"
    yield "--implementation=cp"
    # Without it, pip asks the Python that runs it, which may be free-threaded.
    yield f"--abi={next(target.tags()).abi}"
    # What pip wants beside --platform: nothing can be built for another machine here.
    yield "--only-binary=:all:"


def command_line(target: Target, given: Sequence[str]) -> list[str]:
    """Return pip's arguments: those given, and the target's options.

    :raises ValueError: if one of those given says what the target says.
    """
    # After "--", pip takes everything for a name.
    end = given.index("--") if "--" in given else len(given)
    for argument in given[:end]:
        name = argument.partition("=")[0]
        for option in TAKEN:
            if name == option:
                raise ValueError(f"{name} {_SAID}; leave it out")
            if name.startswith("--") and option.startswith(name):
                raise ValueError(
                    f"{name} may be short for {option}, which {_SAID}; leave it out"
                )
    return [*given[:end], *pip_options(target), *given[end:]]


def check_settings() -> None:
    """Look for a setting of pip, in a file or a variable, that adds to its options.

    :raises ValueError: if one says what the target says.

    Source: pip's documentation, "Configuration".
    """
    listed = subprocess.run(
        [sys.executable, "-c", _PIP, "config", "list"],
        check=False,
        stdout=subprocess.PIPE,
        text=True,
    )
    for line in listed.stdout.splitlines():
        section, _, name = line.partition("=")[0].rpartition(".")
        if f"--{name}" in TAKEN:
            variable = f"PIP_{name.upper().replace('-', '_')}"
            what = variable if section == ":env:" else f"{section}.{name}"
            raise ValueError(
                f"pip's setting {what}, which `pip config list` shows, {_SAID}; unset it"
            )


def run(python: str, platform: str, *given: str) -> int:
    """Run pip in a process of its own; return its exit code."""
    command = [sys.executable, "-c", _MAIN, python, platform, *given]
    with subprocess.Popen(command) as pip:
        try:
            return pip.wait()
        except KeyboardInterrupt:  # pip got it too, and tidies up
            pip.wait()
            raise
        except BaseException:
            pip.send_signal(signal.SIGINT)
            raise


def main() -> None:
    """Run pip in this process, and end it."""
    python, platform, *given = sys.argv[1:]
    target = Target(python, platform)
    markers = import_module(MARKERS)
    markers.default_environment = target.marker_environment  # type: ignore[attr-defined]
    sys.argv = ["pip", *command_line(target, given)]
    runpy.run_module("pip", run_name="__main__", alter_sys=True)
