"""Pex: told a target by an abbreviated platform, or by a file that has it in full."""

from __future__ import annotations

import json
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from wasm_platform_tags import Target

from ..runtimes.process import Answer, ProcessError
from ..wheels import NEEDED
from .command import Command
from .pip import platforms

if TYPE_CHECKING:
    from wasm_platform_tags.conformance.cases import Case
    from wasm_platform_tags.conformance.cases import Target as CaseTarget

RUN = "from pex.bin.pex import main; main()"
NOTHING_FITS = "No matching distribution found"
NO_MARKERS = "does not exist in evaluation environment"


class Pex(Command):
    """One Pex; `via` is how it is told the target."""

    def observe(self, case: Case) -> Answer:
        """Build a PEX file and see what is in it."""
        assert case.target
        with tempfile.TemporaryDirectory(dir=self.bench.scratch) as name:
            folder = Path(name)
            done = self.run(
                *("-c", RUN, "--no-index", "--find-links"),
                str(self.bench.wheels / case.project),
                *("--no-build", "--no-compress", "--no-compile"),
                *self._target(case.target, folder),
                *("--output-file", str(folder / "out.pex"), case.project),
                PEX_ROOT=str(self.bench.scratch / "pex"),
            )
            output = done.stdout + done.stderr
            if done.returncode == 0:
                info = zipfile.ZipFile(folder / "out.pex").read("PEX-INFO")
                return Answer(
                    _found(list(json.loads(info)["distributions"]), case), output
                )
        if NOTHING_FITS in output:
            return Answer(None, output)
        if NO_MARKERS in output:
            return Answer("an error", output)
        raise ProcessError(f"Pex left with status {done.returncode}", output)

    def _target(self, target: CaseTarget, folder: Path) -> list[str]:
        minor = target.words["cp"].removeprefix("cp")
        if self.cell.via == "platform":
            # The last is the best: every platform is resolved for by itself.
            return ["--platform", f"{platforms(target)[0]}-cp-{minor}-cp{minor}"]
        assert target.platform, "who runs elsewhere is told a platform"
        full = Target(target.words["python_full"], target.platform)
        told = {
            "marker_environment": full.marker_environment(),
            "compatible_tags": [str(tag) for tag in full.tags()],
        }
        path = folder / "target.json"
        path.write_text(json.dumps(told), encoding="utf-8")
        return ["--complete-platform", str(path)]


def _found(files: list[str], case: Case) -> str | bool:
    """The file chosen; or whether the other project is there too."""
    needed = [file for file in files if file.startswith(f"{NEEDED}-1.0-")]
    if case.kind == "dependency":
        return bool(needed)
    (one,) = files
    return one
