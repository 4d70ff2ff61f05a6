"""pip: on the host it receives the target's tags, in a guest it finds its own."""

from wasm_platform_tags.conformance.cases import Case

from ...toolkit.runtimes.worker import Reply
from ..cells import Cell
from ..wheels import NEEDED
from .base import BOTH_SPELLINGS, PATCHED, Adapter, own_tags, platforms

# `via` of a pip that receives only the canonical tag, and reads a JSON index.
CANONICAL = "canonical"
CROSS = ("--implementation", "cp", "--only-binary=:all:")


class Pip(Adapter):
    """One pip."""

    host_kinds = frozenset({"select", "dependency"})
    guest_kinds = frozenset({"select", "dependency", "wheels"})
    patchable_in_guest = True
    # pip evaluates markers for the host, so that these depend on the machine: on its
    # Python, kernel or processor. For a kernel's release, packaging 24.2 and 25.0 even
    # raise "Invalid version".
    excluded_on_host = frozenset(
        {
            "dependency/needed/emscripten-release",
            "dependency/needed/emscripten-version",
            "dependency/needed/wasi-release",
            "dependency/needed/python-version",
            "dependency/needed/python-full-version",
            "dependency/not-needed/older-python",
            "dependency/not-needed/x86-64",
            "dependency/not-needed/arm64",
        }
    )

    @classmethod
    def describe(cls, cell: Cell) -> str:
        """On the host, the options name the target."""
        if cell.on_host:
            tags = "only the canonical tag" if cell.via == CANONICAL else BOTH_SPELLINGS
            return f"It receives the target's Python and, by --platform, {tags}."
        if cell.patched:
            return (
                f"{PATCHED} to the packaging inside pip, which then finds the tags of the"
                " interpreter that runs it."
            )
        return f"{own_tags(cell)}."

    def observe(self, case: Case) -> Reply:
        """Ask which file it would install, or install a real wheel and call it."""
        project = case.data["project"] if case.kind == "wheels" else case.project
        shared = {
            "pip": self.folder(self.cell.tool.requirement),
            "patched": self.cell.patched,
            "arguments": [*self.source(case, project), *self._target(case), project],
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

    def source(self, case: Case, project: str) -> list[str]:
        """Return the options that name the index, or the folder of files."""
        if self.cell.via == "links":
            folder = "/real" if case.kind == "wheels" else "/wheels"
            return ["--no-index", "--find-links", f"{folder}/{project}"]
        shelf = "real" if case.kind == "wheels" else "dummy"
        style = "json" if self.cell.via == CANONICAL else str(self.cell.via)
        return ["--index-url", self.context.index.simple(shelf, style)]

    def _target(self, case: Case) -> list[str]:
        if not self.cell.on_host:
            return []
        assert case.target
        tags = platforms(case.target)[: 1 if self.cell.via == CANONICAL else None]
        named = [part for tag in tags for part in ("--platform", tag)]
        # pip 23.2.1 wants a folder, even where nothing will be installed.
        place = ("--target", str(self.context.scratch / "unused"))
        return [*named, "--python-version", case.target.python, *CROSS, *place]
