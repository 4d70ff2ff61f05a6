"""Real sysroots of the WASI SDK, or of the wasi-libc commit that an SDK pins.

Each is held against its own word, ``wasi/version.h`` and ``VERSION``, before anything is
built with it. Where it does not tell its SDK, `Sysroot.evidence` says how that is known.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.toolkit.cache import ProvisionError
from tests.toolkit.paths import ROOT
from wasm_platform_tags import WasiPlatform

RULE = ROOT / "pep" / "pep-9999" / "wasi_platform_version.py"


@dataclass(frozen=True)
class Sysroot:
    """The folders of one target."""

    platform: WasiPlatform
    #: the target triple, as this SDK names it
    target: str
    #: the headers of the C library
    headers: Path
    #: ``libc.a`` and what belongs to it
    libraries: Path
    #: the headers of libc++; None where there is no C++
    cxx_headers: Path | None
    #: ``libc++.a``, ``libc++abi.a``
    cxx_libraries: tuple[Path, ...]
    #: how it is known which SDK this is
    evidence: str

    @property
    def name(self) -> str:
        """For messages: the WASI version and the SDK."""
        one = self.platform
        return f"WASI {one.major}.{one.minor}, SDK {one.sdk}"

    def check(self) -> Sysroot:
        """Refuse a sysroot that says that it is another one, or that is not whole."""
        for path in (self.headers / "stdio.h", self.libraries / "libc.a"):
            if not path.is_file():
                beside = sorted(x.name for x in path.parents[1].glob("wasm*/"))
                raise ProvisionError(
                    f"sysroot of {self.name}: {path.parent.name} has no {path.name};"
                    f" found {', '.join(beside) or 'no target'}"
                    " (PEP requirement platform-wasi)"
                )
        header = self.headers / "wasi" / "version.h"
        version = self.libraries.parents[1] / "VERSION"
        try:
            rule()(
                header=header.read_text("utf-8") if header.is_file() else "",
                version_file=version.read_text("utf-8") if version.is_file() else "",
                target=self.target,
                configured=self.platform.version,
            )
        except ValueError as error:
            raise ProvisionError(f"sysroot of {self.name}: {error}") from None
        return self

    def includes(self, language: str = "c") -> list[str | Path]:
        """Return the compiler's options that replace its own search path."""
        folders = [self.headers]
        if language == "c++":
            if self.cxx_headers is None:
                message = "it has no libc++, wanted one for C++"
                raise ProvisionError(f"sysroot of {self.name}: {message}")
            folders.insert(0, self.cxx_headers)
        return [part for folder in folders for part in ("-isystem", folder)]


def rule() -> Callable[..., str | None]:
    """How CPython's build finds its platform: the one place where headers are read."""
    spec = importlib.util.spec_from_file_location(RULE.stem, RULE)
    if spec is None or spec.loader is None:
        raise ProvisionError(f"{RULE.name} cannot be imported")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: Callable[..., str | None] = module.wasi_platform_version
    return found


def sysroot(record: dict[str, Any], unit: Callable[[str], Path]) -> Sysroot:
    """A record of provision.json; `unit` gives the folder of a download by its name."""

    def place(path: str) -> Path:
        name, _, rest = path.partition("/")
        return unit(name) / rest

    major, _, minor = record["wasi"].partition(".")
    cxx = record.get("cxx", {})
    return Sysroot(
        platform=WasiPlatform(int(major), int(minor), record["sdk"]),
        target=record["target"],
        headers=place(record["headers"]),
        libraries=place(record["libraries"]),
        cxx_headers=place(cxx["headers"]) if cxx else None,
        cxx_libraries=tuple(map(place, cxx.get("libraries", ()))),
        evidence=record["evidence"],
    ).check()
