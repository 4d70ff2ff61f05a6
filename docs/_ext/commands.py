"""``{wasm-tags} ARGUMENTS`` shows a command and what it prints, run in the build.

An exit code other than 0 is announced with ``:status: 1``; any other fails the build.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective

if TYPE_CHECKING:
    from collections.abc import Callable

    from sphinx.application import Sphinx

ROOT = Path(__file__).parents[2]
WIDTH = "88"


def run(arguments: str) -> tuple[int, str]:
    """Run ``wasm-tags`` from the root; its exit code and what it printed."""
    path = [str(Path(sys.executable).parent), os.environ.get("PATH", "")]
    done = subprocess.run(
        [sys.executable, "-m", "wasm_platform_tags", *shlex.split(arguments)],
        cwd=ROOT,
        env=os.environ
        | {
            "COLUMNS": WIDTH,
            "NO_COLOR": "1",
            "PATH": os.pathsep.join(path),  # so that `python` is this one
            "PYTHONPATH": str(ROOT / "reference"),
            "PYTHONIOENCODING": "utf-8",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    lines = [line.rstrip() for line in done.stdout.splitlines()]
    return done.returncode, "\n".join(filter(None, lines))


class WasmTags(SphinxDirective):
    """The command line, and below it what the command printed."""

    required_arguments = 1
    final_argument_whitespace = True
    option_spec: ClassVar[dict[str, Callable[[str], Any]]] = {
        "status": directives.nonnegative_int
    }

    def run(self) -> list[nodes.Node]:
        """Run the command."""
        self.env.note_reread()  # the library may have changed
        arguments = " ".join(self.arguments[0].split())
        status, printed = run(arguments)
        wanted = self.options.get("status", 0)
        if status != wanted:
            raise self.error(
                f"wasm-tags {arguments}: exit code {status}, wanted {wanted}:\n{printed}"
            )
        shown = f"$ wasm-tags {arguments}"
        if len(shown) > int(WIDTH):
            shown = re.sub(r" (--adapter|--python)", r" \\\n    \1", shown)
        text = f"{shown}\n{printed}"
        return [nodes.literal_block(text, text, language="console")]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive("wasm-tags", WasmTags)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
