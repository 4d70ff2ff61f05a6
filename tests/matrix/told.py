"""What an adapter tells a tool, or lends it: a result says no more than that allows."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .cells import Cell

# By the name of the cell, in one sentence; the first pattern that fits counts.
TOLD = {
    "wasm-platform-tags-*-host": "It is given each case as any other adapter is; what an"
    " interpreter would say of itself is simulated.",
    "wasm-platform-tags-*-wasi-*": "It is told nothing, but the platform's variable, which"
    " CPython for WASI lacks, is put into sysconfig, unless the case wants it unset.",
    "wasm-platform-tags-*": "It is told nothing: the interpreter that runs it answers.",
    "packaging-*-host-patched": "What an interpreter would say of itself is simulated,"
    " and the library's patch() is applied.",
    "packaging-*-host": "What an interpreter would say of itself is simulated.",
    "packaging-*-wasi-*-patched": "The library's patch() is applied, and the platform's"
    " variable, which CPython for WASI lacks, is put into sysconfig, unless the case wants"
    " it unset.",
    "packaging-*-wasi-*": "It is told nothing, but the platform's variable, which CPython"
    " for WASI lacks, is put into sysconfig, unless the case wants it unset.",
    "packaging-*-patched": "The library's patch() is applied; the interpreter that runs it"
    " answers.",
    "packaging-*": "It is told nothing: the interpreter that runs it answers.",
    "pip-vendored-*-patched": "What an interpreter would say of itself is simulated, and"
    " the library's patch() is applied to the packaging inside pip.",
    "pip-vendored-*": "What an interpreter would say of itself is simulated.",
    "pip-*-host-canonical": "It is told the target's Python and, by --platform, the"
    " canonical tag alone.",
    "pip-*-host-*": "It is told the target's Python and, by --platform, both spellings of"
    " the platform, best first, as the PEP lists them.",
    "pip-*-patched": "The library's patch() is applied to the packaging inside pip, which"
    " then finds the tags of the interpreter that runs it.",
    "pip-*": "It is told nothing: it finds the tags of the interpreter that runs it.",
    "micropip-*-patched": "Its find_wheel() and sys_tags() and its filter of file names"
    " are replaced, so the choice is the library's; fetching and installing are its own.",
    "micropip-*": "It is told nothing: it finds the tags of the interpreter that runs it.",
    "uv-*-interpreter": "It is given the runtime by --python, through a launcher of this"
    " project, and asks the interpreter by itself.",
    "uv-*": "It is told the target's Python and, by --python-platform, one of the two"
    " triples that it has for WebAssembly, which name a year and no number.",
    "unearth-*-canonical": "It is told the target's Python and, by --platforms, the"
    " canonical tag alone.",
    "unearth-*": "It is told the target's Python and, by --platforms, both spellings of"
    " the platform, best first, as the PEP lists them.",
    "pex-*-host-platform": "It is told the target's Python and, by --platform, the first"
    " spelling of the platform alone, because the option names one tag.",
    "pex-*-complete-platform": "It is told the tags and the markers of the target by"
    " --complete-platform; the library makes both.",
    "pdm-*": "It is told the target's Python and, by pdm lock --platform, the first"
    " spelling of the platform, once per target.",
    "poetry-*": "It is told nothing: the help of its commands is read for an option that"
    " names a target.",
    "pyodide-build-*": "It is pip with the wrapper that pyodide-build puts into a pyodide venv,"
    " unchanged; in a real venv, a CPython of the host runs that wrapper and is made to"
    " answer as the Pyodide would; here the Pyodide runs it.",
    "pyodide-lock-*-host": "It is lent the lock file of a Pyodide of the target, and given"
    " the wheels of the case.",
    "pyodide-lock-*": "It is lent the lock file of the Pyodide that runs it, and given the"
    " wheels of the case.",
    "auditwheel-emscripten-*-pyodide-*": "It is given real wheels under the tag of the"
    " case; its wheel unpack runs in the same process, because Pyodide starts none.",
    "auditwheel-emscripten-*": "It is given real wheels under the tag of the case.",
    "warehouse-*": "No server is asked: its rule, as it stands at this commit, is restated"
    " in this project.",
}


def told(cell: Cell) -> str:
    """What the cell's tool was told or lent, in one sentence."""
    return next(text for glob, text in TOLD.items() if fnmatchcase(cell.name, glob))
