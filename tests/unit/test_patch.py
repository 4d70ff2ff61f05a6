import platform
import threading
import types
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import packaging.tags
import pytest

from wasm_platform_tags import patch, patched, unpatch

from .conftest import MonkeyPatch, Simulate

PORTABLE = ["pyemscripten_2025_0_wasm32", "pyodide_2025_0_wasm32"]
LOCAL = "emscripten_4_0_9_wasm32"


@pytest.fixture(autouse=True)
def module_is_left_as_it_was() -> Iterator[None]:
    before = list(vars(packaging.tags).items())
    yield
    assert list(vars(packaging.tags).items()) == before


@pytest.fixture
def emscripten(simulate: Simulate) -> None:
    simulate("Emscripten", "emscripten-4.0.9-wasm32", {"PYODIDE_ABI_VERSION": "2025_0"})


@pytest.mark.usefixtures("emscripten")
def test_patch_and_unpatch() -> None:
    original = packaging.tags.platform_tags
    assert list(packaging.tags.platform_tags()) == [LOCAL]
    patch()
    try:
        assert list(packaging.tags.platform_tags()) == [*PORTABLE, LOCAL]
        found = {tag.platform for tag in packaging.tags.sys_tags()}
        assert found == {*PORTABLE, LOCAL, "any"}
        assert packaging.tags.platform_tags.__doc__ == original.__doc__
        patch()  # changes nothing: one unpatch() undoes both
    finally:
        unpatch()
    assert packaging.tags.platform_tags is original
    unpatch()
    assert packaging.tags.platform_tags is original


@pytest.mark.usefixtures("emscripten")
def test_blocks_nest_and_mix_with_patch() -> None:
    original = packaging.tags.platform_tags
    with patched():
        with patched():
            assert list(packaging.tags.platform_tags()) == [*PORTABLE, LOCAL]
        assert list(packaging.tags.platform_tags()) == [*PORTABLE, LOCAL]
        unpatch()
        assert list(packaging.tags.platform_tags()) == [*PORTABLE, LOCAL]
    assert packaging.tags.platform_tags is original
    with patched():
        patch()
    assert list(packaging.tags.platform_tags()) == [*PORTABLE, LOCAL]
    with patched():
        unpatch()
    assert packaging.tags.platform_tags is original


def test_an_exception_restores_too() -> None:
    original = packaging.tags.platform_tags
    with pytest.raises(KeyError, match="inside"), patched(), patched():
        raise KeyError("inside")
    assert packaging.tags.platform_tags is original


def test_several_threads() -> None:
    original = packaging.tags.platform_tags
    start = threading.Barrier(8)
    seen: list[object] = []

    def work() -> None:
        start.wait()
        for _ in range(300):
            with patched(), patched():
                seen.append(packaging.tags.platform_tags is original)

    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(work) for _ in range(8)]:
            done.result()
    assert len(seen) == 8 * 300
    assert not any(seen)
    assert packaging.tags.platform_tags is original


@pytest.mark.parametrize("system", ["Linux", "Darwin", "Windows", "FreeBSD"])
def test_elsewhere_nothing_changes(system: str, monkeypatch: MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "system", lambda: system)
    monkeypatch.setattr(platform, "mac_ver", lambda: ("14.0", ("", "", ""), "arm64"))
    before = [[*packaging.tags.platform_tags()], [*packaging.tags.sys_tags()]]
    with patched():
        again = [[*packaging.tags.platform_tags()], [*packaging.tags.sys_tags()]]
    assert before == again
    assert before[0]


@pytest.mark.parametrize("system", ["Linux", "Windows", "FreeBSD", "wasi"])
def test_a_variable_of_another_system(system: str, simulate: Simulate) -> None:
    simulate(system, "some-platform", {"PYODIDE_ABI_VERSION": "2025_0"})
    with patched():
        assert not any("pyodide" in tag for tag in packaging.tags.platform_tags())


@pytest.mark.parametrize("function", [patch, unpatch, lambda m: patched(m).__enter__()])
@pytest.mark.parametrize(
    "module", [packaging, types.ModuleType("empty"), None, "packaging.tags"]
)
def test_only_a_tags_module_can_be_patched(function: object, module: object) -> None:
    with pytest.raises(TypeError, match=r"cannot patch .* wanted packaging\.tags"):
        function(module)  # type: ignore[operator]


def test_what_other_code_put_there_is_left() -> None:
    module = types.ModuleType("vendored.tags")
    module.platform_tags = module.sys_tags = list  # type: ignore[attr-defined]
    with pytest.raises(RuntimeError, match="replaced by other code"), patched(module):
        module.platform_tags = tuple  # type: ignore[attr-defined]
    assert module.platform_tags is tuple
    patch(module)
    module.platform_tags = tuple  # type: ignore[attr-defined]
    unpatch(module)  # nothing of ours is there
    assert module.platform_tags is tuple
