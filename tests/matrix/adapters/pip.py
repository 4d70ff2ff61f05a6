"""pip: on the host it is given the target's tags, in a guest it finds its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..wheels import NEEDED
from .base import Base

if TYPE_CHECKING:
    from wasm_platform_tags.conformance.cases import Case, SuiteTarget

    from ...toolkit.runtimes.worker import Reply

# The manner of a pip that is told the canonical tag alone, as most are; from JSON.
CANONICAL = "canonical"
CROSS = ("--implementation", "cp", "--only-binary=:all:")


def platforms(target: SuiteTarget) -> list[str]:
    """The portable tags of a target, best first: a tool has no notion of an alias."""
    words = target.words
    return [words[word] for word in ("canonical", "alias") if word in words]


class Pip(Base):
    """One pip."""

    def observe(self, case: Case) -> Reply:
        """Ask which file it would install, or install a real wheel and call it."""
        project = case.data["project"] if case.kind == "wheels" else case.project
        shared = {
            "pip": self.folder(self.cell.tool.requirement),
            "patched": self.cell.patched,
            "arguments": [*self._source(case, project), *self._target(case), project],
        }
        if case.kind == "wheels":
            call = {
                name: case.data[name] for name in ("project", "module", "expression")
            }
            return self.call(
                "pip_worker.use",
                target=f"/scratch/{self.cell.name}-{case.id.replace('/', '-')}",
                call=call,
                **shared,
            )
        if case.kind == "dependency":
            return self.call("pip_worker.needs", needed=NEEDED, **shared)
        return self.call("pip_worker.choose", **shared)

    def _source(self, case: Case, project: str) -> list[str]:
        if self.cell.via == "links":
            folder = "/real" if case.kind == "wheels" else "/wheels"
            return ["--no-index", "--find-links", f"{folder}/{project}"]
        shelf = "real" if case.kind == "wheels" else "dummy"
        style = "json" if self.cell.via == CANONICAL else str(self.cell.via)
        return ["--index-url", self.bench.index.simple(shelf, style)]

    def _target(self, case: Case) -> list[str]:
        if not self.cell.on_host:
            return []
        assert case.target
        told = platforms(case.target)[: 1 if self.cell.via == CANONICAL else None]
        tags = [part for tag in told for part in ("--platform", tag)]
        # pip 23.2.1 asks for a folder, even where nothing will be installed.
        place = ("--target", str(self.bench.scratch / "unused"))
        return [*tags, "--python-version", case.target.python, *CROSS, *place]
