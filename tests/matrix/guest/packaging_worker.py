"""Ask one packaging, imported beside the one that the library uses."""

import importlib
import importlib.util
import sys
from contextlib import nullcontext
from itertools import islice
from pathlib import Path
from types import ModuleType
from typing import Any

import wasm_platform_tags

from ...conformance.adapters import reference

# The name that each packaging is imported under: one process may have several.
ALIAS = "packaging_under_test_{}"
_names: dict[str, str] = {}


def environment(
    folder: str, vendored: bool, patched: bool, says: dict[str, Any]
) -> list[str]:
    """Return the tags of a simulated interpreter."""
    tags = _module(folder, vendored, "tags")
    with reference.simulated(**says), _patched(tags, patched):
        return list(tags.platform_tags())


def running(
    folder: str, vendored: bool, patched: bool, check: str, count: int
) -> list[str]:
    """Return the tags of the interpreter that runs this."""
    tags = _module(folder, vendored, "tags")
    with _patched(tags, patched):
        if check == "platform_tags":
            return list(tags.platform_tags())
        return [str(tag) for tag in islice(tags.sys_tags(), count)]


def markers(folder: str, vendored: bool) -> dict[str, str]:
    """Return the markers of the interpreter that runs this."""
    found = _module(folder, vendored, "markers").default_environment()
    return {name: str(value) for name, value in found.items()}


def needs(folder: str, vendored: bool, marker: str) -> bool:
    """Whether a dependency under this marker is needed where this runs."""
    return bool(_module(folder, vendored, "markers").Marker(marker).evaluate())


def unchanged(folder: str, vendored: bool) -> bool:
    """Whether patching leaves the tags of this machine as they are."""
    tags = _module(folder, vendored, "tags")
    before = list(tags.platform_tags()), list(tags.sys_tags())
    with _patched(tags, True):
        return before == (list(tags.platform_tags()), list(tags.sys_tags()))


def restored(folder: str, vendored: bool) -> bool:
    """Whether patching, as a block and as a call, leaves the module as it was."""
    tags = _module(folder, vendored, "tags")
    before = dict(vars(tags))
    with _patched(tags, True):
        inside = dict(vars(tags))
    wasm_platform_tags.patch(tags)
    wasm_platform_tags.unpatch(tags)
    after = dict(vars(tags))
    same = before.keys() == after.keys() and all(
        before[name] is after[name] for name in before
    )
    # A patch that changed nothing would be restored as well.
    return same and any(before[name] is not inside[name] for name in before)


def _patched(tags: ModuleType, patched: bool) -> Any:
    return wasm_platform_tags.patched(tags) if patched else nullcontext()


def _module(folder: str, vendored: bool, name: str) -> ModuleType:
    if vendored:
        if folder not in sys.path:
            sys.path.insert(0, folder)
        return importlib.import_module(f"pip._vendor.packaging.{name}")
    if folder not in _names:
        alias = ALIAS.format(len(_names))
        package = Path(folder) / "packaging"
        spec = importlib.util.spec_from_file_location(
            alias, package / "__init__.py", submodule_search_locations=[str(package)]
        )
        if spec is None or spec.loader is None:
            raise ImportError(f"no packaging in {folder}")
        sys.modules[alias] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[alias])
        _names[folder] = alias
    return importlib.import_module(f"{_names[folder]}.{name}")
