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
    "wasm-platform-tags-*-wasi-*": "It is told nothing, but where a case asks for the"
    " platform's variable, which CPython for WASI lacks, that is put into sysconfig.",
    "wasm-platform-tags-*": "It is told nothing: the interpreter that runs it answers.",
    "packaging-*-host-patched": "What an interpreter would say of itself is simulated,"
    " and the library's patch() is applied.",
    "packaging-*-host": "What an interpreter would say of itself is simulated.",
    "packaging-*-wasi-*-patched": "Where a case asks for the platform's variable, which"
    " CPython for WASI lacks, that is put into sysconfig, and the library's patch() is"
    " applied.",
    "packaging-*-wasi-*": "It is told nothing, but where a case asks for the platform's"
    " variable, which CPython for WASI lacks, that is put into sysconfig.",
    "packaging-*-patched": "The library's patch() is applied; otherwise the interpreter"
    " that runs it answers.",
    "packaging-*": "It is told nothing: the interpreter that runs it answers.",
    "pip-vendored-*-patched": "What an interpreter would say of itself is simulated, and"
    " the library's patch() is applied to the packaging inside pip.",
    "pip-vendored-*": "What an interpreter would say of itself is simulated.",
    "pip-*-host-*": "It is told the target's Python, and both spellings of the platform by"
    " --platform, in the PEP's order: that there are two it does not know by itself.",
    "pip-*-patched": "The library's patch() is applied to the packaging inside pip, which"
    " then finds the tags of the interpreter that runs it.",
    "pip-*": "It is told nothing: it finds the tags of the interpreter that runs it.",
    "micropip-*-patched": "Its find_wheel() and sys_tags() and its filter of file names"
    " are replaced, so the choice is the library's; fetching and installing are its own.",
    "micropip-*": "It is told nothing: it finds the tags of the interpreter that runs it.",
    "uv-*-interpreter": "It is given the runtime by --python, as an executable that a"
    " launcher of this project makes of it, and asks that by itself.",
    "uv-*": "It is told the target's Python, and by --python-platform the triple, of the"
    " two that it has for WebAssembly, that names the target's year.",
    "unearth-*": "It is told the target's Python, and both spellings of the platform by"
    " --platforms, in the PEP's order: that there are two it does not know by itself.",
    "pex-*-host-platform": "It is told the target's Python and the first spelling alone by"
    " --platform, which names one tag.",
    "pex-*-complete-platform": "It is told the tags and markers of the target by"
    " --complete-platform, in a form that the library makes.",
    "pdm-*": "It is told the target's Python, and the first spelling of the platform by"
    " pdm lock --platform, once a target.",
    "poetry-*": "It is told nothing: the help of its commands shows no way to name a target.",
    "pyodide-lock-*-host": "It is lent the lock file of a Pyodide of the target, and given"
    " the wheels of the case.",
    "pyodide-lock-*": "It is lent the lock file of the Pyodide that runs it, and given the"
    " wheels of the case.",
    "auditwheel-emscripten-*-pyodide-*": "It is given real wheels that carry the tag of"
    " the case; its wheel unpack runs in the same process, for Pyodide starts none.",
    "auditwheel-emscripten-*": "It is given real wheels that carry the tag of the case.",
    "warehouse-*": "No server is asked: its rule, as it stands at this commit, is restated"
    " in this project.",
}


def told(cell: Cell) -> str:
    """What the cell's tool was told or lent, in one sentence."""
    return next(text for glob, text in TOLD.items() if fnmatchcase(cell.name, glob))
