"""Run the pip of this Python for a WebAssembly target, as it is on disk.

pip's options name a target's tags, but it evaluates environment markers for the machine
that it runs on. So pip gets its options, and the one function that answers for the
machine answers for the target. This happens in a process of its own.
"""

from __future__ import annotations

import runpy
import subprocess
import sys
from importlib import import_module
from typing import TYPE_CHECKING

from ._target import Target

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MARKERS = "pip._vendor.packaging.markers"
#: options of pip that say what the target says
TAKEN = ("--abi", "--implementation", "--platform", "--python-version")

# With -c, Python would import from the current folder, whose files are not ours.
_CODE = (
    "import sys; sys.path = [*filter(None, sys.path)];"
    f" from {__name__} import main; main()"
)


def pip_options(target: Target) -> Iterator[str]:
    """Yield pip's options for a target: every spelling of its platform, best first.

    Source: this PEP, "Platform Tags of an Environment"; pip's ``--platform``, which may
    be given several times.
    """
    for tag in target.platform_tags():
        yield f"--platform={tag}"
    yield f"--python-version={target.python}"
    yield "--implementation=cp"
    # Without it, pip asks the Python that runs it, which may be free-threaded.
    yield f"--abi={next(target.tags()).abi}"
    # What pip wants beside --platform: nothing can be built for another machine here.
    yield "--only-binary=:all:"


def command_line(target: Target, given: Sequence[str]) -> list[str]:
    """Return pip's arguments: those given, and the target's options.

    :raises ValueError: if one of those given says what the target says.
    """
    for argument in given:
        if (name := argument.partition("=")[0]) in TAKEN:
            raise ValueError(
                f"{name} follows from --target-platform and --python; leave it out"
            )
    # After "--", pip takes everything for a name.
    end = given.index("--") if "--" in given else len(given)
    return [*given[:end], *pip_options(target), *given[end:]]


def run(python: str, platform: str, *given: str) -> int:
    """Run pip in a process of its own; return its exit code."""
    command = [sys.executable, "-c", _CODE, python, platform, *given]
    return subprocess.run(command, check=False).returncode


def main() -> None:
    """Run pip in this process, and end it."""
    python, platform, *given = sys.argv[1:]
    target = Target(python, platform)
    markers = import_module(MARKERS)
    markers.default_environment = target.marker_environment  # type: ignore[attr-defined]
    sys.argv = ["pip", *command_line(target, given)]
    runpy.run_module("pip", run_name="__main__", alter_sys=True)
