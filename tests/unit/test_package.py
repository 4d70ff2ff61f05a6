import subprocess
import sys
from importlib import import_module
from pkgutil import walk_packages

import pytest

import wasm_platform_tags


def printed(code: str) -> set[str]:
    """The words that a new interpreter prints."""
    return {*subprocess.check_output([sys.executable, "-c", code], text=True).split()}


def test_everything_public_is_there_and_documented() -> None:
    assert dir(wasm_platform_tags) == sorted(wasm_platform_tags.__all__)
    for name in wasm_platform_tags.__all__:
        assert getattr(wasm_platform_tags, name).__doc__


def test_what_does_not_exist_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'Taget'"):
        wasm_platform_tags.Taget  # type: ignore[attr-defined]  # noqa: B018


def test_import_loads_what_an_interpreter_needs_for_its_own_tags() -> None:
    code = (
        "import sys, packaging.tags; before = set(sys.modules);"
        " import wasm_platform_tags; print(*set(sys.modules) - before)"
    )
    ours = {name for name in printed(code) if "wasm_platform_tags" in name}
    assert ours == {
        "wasm_platform_tags",
        "wasm_platform_tags._patch",
        "wasm_platform_tags._platform_version",
        "wasm_platform_tags._pyemscripten",
        "wasm_platform_tags._tags",
        "wasm_platform_tags._wasi",
    }


def test_nothing_but_packaging_is_imported() -> None:
    code = (
        "import sys; before = set(sys.modules); import wasm_platform_tags as w;"
        " w.Target, w.known_platforms(); import wasm_platform_tags.cli.main;"
        " new = {n.partition('.')[0] for n in set(sys.modules) - before};"
        " print(*new - set(sys.stdlib_module_names))"
    )
    names = printed(code) - {"wasm_platform_tags"}
    assert {name for name in names if not name.startswith("_")} == {"packaging"}


def test_every_public_error_has_the_one_base() -> None:
    base = wasm_platform_tags.WasmPlatformTagsError
    for module in walk_packages(wasm_platform_tags.__path__, "wasm_platform_tags."):
        if module.name.endswith("__main__") or ".cli" in module.name:
            continue
        for name, found in vars(import_module(module.name)).items():
            if isinstance(found, type) and issubclass(found, Exception):
                ours = found.__module__.startswith("wasm_platform_tags.")
                ours = ours and not name.startswith("_")
                assert not ours or issubclass(found, base), name


@pytest.mark.parametrize("module", ["index.listing", "wheelfile.metadata"])
def test_what_a_page_loads_needs_nothing_of_the_commands(module: str) -> None:
    code = (
        f"import sys, wasm_platform_tags.{module};"
        " print(*(name for name in sys.modules if name.startswith('wasm_')))"
    )
    parts = {name.partition(".")[2] for name in printed(code)}
    rooms = ("_", *module.partition(".")[:1])
    assert all(name.startswith(rooms) or "wheelfile" in name for name in parts - {""})
