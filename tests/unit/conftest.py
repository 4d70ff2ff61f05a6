"""The command, and interpreters of other platforms, as packaging's tests simulate them."""

import platform
import sysconfig
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import pytest

from wasm_platform_tags.cli.main import main

Capture = pytest.CaptureFixture[str]
MonkeyPatch = pytest.MonkeyPatch
Command = Callable[..., Any]


class Simulate(Protocol):
    def __call__(
        self,
        system: str,
        get_platform: str,
        variables: Mapping[str, object] = ...,
        machine: str = ...,
    ) -> None: ...


@pytest.fixture
def tags(capsys: Capture) -> Command:
    """Run wasm-tags, check its exit code, and return what it printed, as capsys does."""

    def run(code: int, *arguments: str) -> Any:
        assert main(arguments) == code
        return capsys.readouterr()

    return run


@pytest.fixture
def simulate(monkeypatch: pytest.MonkeyPatch) -> Simulate:
    """Make platform and sysconfig answer as on another operating system."""
    real = sysconfig.get_config_var

    def simulate(
        system: str,
        get_platform: str,
        variables: Mapping[str, object] | None = None,
        machine: str = "wasm32",
    ) -> None:
        given = variables or {}
        monkeypatch.setattr(platform, "system", lambda: system)
        monkeypatch.setattr(platform, "machine", lambda: machine)
        monkeypatch.setattr(sysconfig, "get_platform", lambda: get_platform)
        monkeypatch.setattr(
            sysconfig,
            "get_config_var",
            lambda name: (
                given[name]
                if name in given
                else None
                if name.endswith(("PLATFORM_VERSION", "ABI_VERSION"))
                else real(name)
            ),
        )

    return simulate
