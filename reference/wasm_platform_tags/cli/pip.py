"""The command ``wasm-tags pip``, which runs the pip of this Python for a target.

pip has options for the tags of a target, but it evaluates environment markers for the
machine on which it runs. So it gets those options, and the function that returns the
markers is replaced. This happens in a process of its own; no file of pip is changed.
"""

from __future__ import annotations

import argparse
import runpy
import signal
import subprocess
import sys
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

from .._select import python_of
from .._target import Target
from .console import Answer, target_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

HELP = "run pip for a target, with each spelling of its platform and its markers"
EXAMPLE = (
    "wasm-tags pip install ipython --target site"
    " --target-platform pyemscripten_2026_0_wasm32 --python 3.14"
)

MARKERS = "pip._vendor.packaging.markers"
#: options of pip that follow from the target
TAKEN = ("--abi", "--implementation", "--platform", "--python-version")

_SAID = "follows from --target-platform and --python"
# With -c, Python imports from the current folder; without the empty entry, it does not.
_SAFELY = "import sys; sys.path = [*filter(None, sys.path)]; "
_MAIN = f"{_SAFELY}from {__name__} import main; main()"
_PIP = (
    f"{_SAFELY}import runpy;"
    " runpy.run_module('pip', run_name='__main__', alter_sys=True)"
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's options; all others are passed to pip."""
    parser.usage = (
        "wasm-tags pip [-h] --target-platform TAG --python VERSION ARGUMENT ..."
    )
    parser.description = (
        "Run the pip of this Python, unchanged, for a target. pip gets every spelling of"
        " the target's platform, the preferred one first, and evaluates environment"
        " markers for the target instead of this machine. All other arguments are pip's."
    )
    parser.epilog = f"example: {EXAMPLE}\nexit code: pip's; 2 bad input"
    parser.allow_abbrev = False  # --pre is pip's
    parser.add_argument(
        "--target-platform",
        dest="platform",
        required=True,
        metavar="TAG",
        help="the target's platform tag in any spelling",
    )
    parser.add_argument(
        "--python",
        required=True,
        metavar="VERSION",
        help="the target's Python, such as 3.14",
    )


def run(options: argparse.Namespace) -> Answer:
    """Run pip; answer with its exit code."""
    target, given = target_of(options), options.given
    if not given:
        raise ValueError("pip got no arguments; wanted some, such as download demo")
    if find_spec("pip") is None:
        raise ValueError(f"{sys.executable} has no pip: python -m ensurepip adds it")
    command_line(target, given)
    check_settings()
    python, platform = target.python, target.platform.platform_tags[0]
    with subprocess.Popen(
        [sys.executable, "-c", _MAIN, python, platform, *given]
    ) as pip:
        try:
            return Answer(pip.wait(), None, lambda: None)
        except KeyboardInterrupt:  # pip got it too, and cleans up
            pip.wait()
            raise
        except BaseException:
            pip.send_signal(signal.SIGINT)
            raise


def pip_options(target: Target) -> Iterator[str]:
    """Yield pip's options for a target, every spelling of its platform, best first.

    Source: this PEP, "Platform Tags of an Environment"; pip's ``--platform``, which may
    be given several times.
    """
    for tag in target.platform_tags():
        yield f"--platform={tag}"
    yield f"--python-version={python_of(target)}"
    yield "--implementation=cp"
    # The default is that of the Python that runs pip, which may be free-threaded.
    yield f"--abi={next(target.tags()).abi}"
    # pip demands it with --platform, for it cannot build for another machine.
    yield "--only-binary=:all:"


def command_line(target: Target, given: Sequence[str]) -> list[str]:
    """Return pip's arguments: the given ones, and the target's options.

    :raises ValueError: if a given one follows from the target, and may contradict it.
    """
    # After "--", pip reads no options.
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
    """Refuse settings of pip, in a file or a variable, that may contradict the target.

    :raises ValueError: if there is one.

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


def main() -> None:
    """Run pip in this process, with the markers of the target."""
    python, platform, *given = sys.argv[1:]
    target = Target(python, platform)
    markers = import_module(MARKERS)
    markers.default_environment = target.marker_environment  # type: ignore[attr-defined]
    sys.argv = ["pip", *command_line(target, given)]
    runpy.run_module("pip", run_name="__main__", alter_sys=True)
