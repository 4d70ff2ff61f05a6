"""The pip of ``pyodide venv``, as pyodide-build patches it."""

from collections.abc import Mapping

from wasm_platform_tags.conformance.cases import Case

from ...toolkit.runtimes.worker import Reply
from .pip import Pip


class PyodideBuild(Pip):
    """One pyodide-build, and the pip that its requirements name."""

    host_kinds = frozenset()
    guest_kinds = frozenset({"select"})
    patchable_in_guest = False
    needs_own_worker = True  # it changes the interpreter
    description = (
        "It is pip with the wrapper that pyodide-build puts into a pyodide venv,"
        " unchanged; here the Pyodide runs the wrapper, where in a real venv a CPython of"
        " the host does, made to answer as the Pyodide would."
    )

    def versions(self) -> Mapping[str, str]:
        """Also the version of the pip: pyodide-build has none of its own."""
        pip = self.call("pyodide_build_worker.pip_version", site=self._site)
        return {**super().versions(), "pip": pip.value}

    def observe(self, case: Case) -> Reply:
        """Ask which file it would install."""
        return self.call(
            "pyodide_build_worker.choose",
            site=self._site,
            place="/scratch/bin",
            arguments=[*self.source(case, case.project), case.project],
        )

    @property
    def _site(self) -> str:
        return self.folder(self.cell.tool.requirement)
