"""Run pip in this process; several versions take turns."""

import contextlib
import importlib
import io
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import wasm_platform_tags

from . import installed

COMMON = ("install", "--no-cache-dir", "--disable-pip-version-check")
NOTHING_FITS = "No matching distribution found"
RETRYING = "WARNING: Retrying"


class PipError(Exception):
    """pip ended with an error that is not "nothing fits"."""


def choose(pip: str, patched: bool, arguments: list[str]) -> str | None:
    """Return the name of the file that pip would install, or None if nothing fits."""
    found = _resolve(pip, patched, ["--no-deps", *arguments])
    if found is None:
        return None
    (one,) = found
    return unquote(urlsplit(one["download_info"]["url"]).path.rpartition("/")[2])


def needs(pip: str, patched: bool, arguments: list[str], needed: str) -> bool | None:
    """Whether pip would install `needed` too."""
    found = _resolve(pip, patched, arguments)
    if found is None:
        return None
    return needed in {one["metadata"]["name"] for one in found}


def use(
    pip: str, patched: bool, arguments: list[str], target: str, call: dict[str, str]
) -> dict[str, object] | None:
    """Install a real wheel into `target` and call it; return None if nothing fits."""
    if not _install(pip, patched, ["--no-deps", "--target", target, *arguments]):
        return None
    sys.path.append(target)
    try:
        return installed.call(**call)
    finally:
        sys.path.remove(target)


def _resolve(pip: str, patched: bool, arguments: list[str]) -> Any:
    """Return pip's report of what it would install, or None if nothing fits."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        options = ("--dry-run", "--ignore-installed", "--report", str(report))
        with _bytecode() if sys.platform == "emscripten" else nullcontext():
            if not _install(pip, patched, [*options, *arguments]):
                return None
        return json.loads(report.read_text(encoding="utf-8"))["install"]


def _install(pip: str, patched: bool, arguments: list[str]) -> bool:
    import_from(pip)
    main = importlib.import_module("pip._internal.cli.main").main
    tags = importlib.import_module("pip._vendor.packaging.tags")
    output = io.StringIO()
    with (
        contextlib.redirect_stderr(output),
        wasm_platform_tags.patched(tags) if patched else nullcontext(),
    ):
        status = main([*COMMON, *arguments])
    text = output.getvalue()
    print(text)
    if status == 0:
        return True
    # For an index that it cannot reach, pip also says that nothing fits.
    if NOTHING_FITS in text and RETRYING not in text:
        return False
    raise PipError(f"pip left with status {status}")


@contextlib.contextmanager
def _bytecode() -> Iterator[None]:
    """Keep the bytecode of pip among the downloads, because compiling pip takes seconds.

    Pyodide itself writes none. Only pip is imported meanwhile: a dummy project could get the
    bytecode of another one that has the same name and size.
    """
    before = sys.dont_write_bytecode, sys.pycache_prefix
    sys.dont_write_bytecode, sys.pycache_prefix = False, "/cache/bytecode"
    try:
        yield
    finally:
        sys.dont_write_bytecode, sys.pycache_prefix = before


def import_from(pip: str) -> None:
    """Put this pip first on ``sys.path``, and unload any other."""
    if pip in sys.path:
        return
    for name in [n for n in sys.modules if n == "pip" or n.startswith("pip.")]:
        del sys.modules[name]
    sys.path[:] = [pip, *(p for p in sys.path if "/pip-" not in p)]
    importlib.invalidate_caches()
    if sys.platform == "emscripten":
        # A progress bar needs a thread, and Pyodide has none.
        os.environ["PIP_PROGRESS_BAR"] = "off"
        os.environ["PIP_CONFIG_FILE"] = os.devnull
