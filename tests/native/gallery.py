"""Mismatches made on purpose: what happens when a tag that is not equal is taken."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.toolkit.process import tool
from wasm_platform_tags import Target

from .context import NativeContext
from .observe import Observation, Run, shown
from .provision import PyodideRelease
from .wheels import renamed, unpack

JAVASCRIPT = "pyemscripten_2024_0_wasm32"
WEBASSEMBLY = "pyemscripten_2025_0_wasm32"

TITLES = {
    "unwinding-javascript": "C++ with JavaScript exceptions",
    "unwinding-webassembly": "C++ with WebAssembly exceptions",
    "renamed-file": "luau-wasm, the file renamed",
    "renamed-throughout": "luau-wasm, renamed inside as well",
    "cpython-abi": "librt for CPython 3.14",
    "bigint": "C, linked with WASM_BIGINT",
    "no-bigint": "C, as linked without WASM_BIGINT",
    "seems-to-work": "C for 2024_0",
}


@dataclass(frozen=True)
class Forced:
    """A wheel in a line of Pyodide that it was not built for."""

    name: str
    line: str
    wheel: Callable[[NativeContext], Path]
    project: str
    module: str
    expressions: tuple[str, ...]
    wrongly: str
    rule: str = "exact-match"
    interpreter: str = ""  # rename the Python and ABI tags as well
    inside: bool = False  # and the extension modules' suffix


def force(case: Forced, context: NativeContext) -> Observation:
    """Rename the wheel, let a stock pip install it for the line, load it."""
    line, wheel = context.downloads.lines[case.line], case.wheel(context)
    folder = context.folder(f"forced-{case.name}-{case.line}")
    site = context.folder(f"site-{case.name}-{case.line}")
    lines, raw = [], ""
    if line.platform is None:
        lines.append("no portable tag fits; unpacked by hand")
        unpack(wheel, site)
    else:
        target = Target(line.python, line.platform)
        for step, python in (("platform", ""), ("interpreter", case.interpreter)):
            if found := target.explain(wheel.name):
                break
            lines.append(f"refused: {found.message} [{found.rule}]")
            to = context.folder(f"{folder.name}-{step}")
            wheel = renamed(wheel, to, line.platform, python, inside=case.inside)
            lines.append(f"renamed to {wheel.name}")
        process = context.install(
            context.downloads.pips[-1],
            (line.python, line.platform),
            site,
            *("--no-index", "--find-links", wheel.parent, "--pre", case.project),
        )
        raw = process.text
        lines.append("pip " + ("installs it" if process.status == 0 else process.last))
    loaded = context.load(line, site, case.project, case.module, case.expressions)
    lines.append(loaded.output)
    return shown(loaded.outcome, "\n".join(lines), raw + loaded.raw)


def ours(tag: str) -> Callable[[NativeContext], Path]:
    """Our wheel, as built for a platform."""
    return lambda context: context.wheel(f"platform={tag}")


def real(project: str) -> Callable[[NativeContext], Path]:
    """A wheel from PyPI."""
    return lambda context: context.real_wheel(project)


def legalized(context: NativeContext) -> Path:
    """Our wheel as a linker without WASM_BIGINT leaves it: no 64-bit integer crosses."""

    def make() -> Path:
        folder = context.folder("legalized")
        unpack(context.wheel(f"platform={WEBASSEMBLY}"), folder / "wheel")
        source, made = folder / "wheel" / "side.abi3.so", folder / "side.abi3.so"
        command = (
            context.downloads.wasm_opt,
            "--legalize-js-interface",
            source,
            "-o",
            made,
        )
        process = tool([context.downloads.node, *command])
        if process.status:
            raise RuntimeError(f"wasm-opt failed:\n{process.text}")
        return context.wheel(f"platform={WEBASSEMBLY}", f"extension={made}")

    wheel: Path = context.once("legalized", make)
    return wheel


def forced(lines: dict[str, PyodideRelease]) -> Iterator[Forced]:
    """Every case inside Pyodide."""
    for name, tag in (("javascript", JAVASCRIPT), ("webassembly", WEBASSEMBLY)):
        for version in lines:
            yield Forced(
                f"unwinding-{name}",
                version,
                ours(tag),
                "one-source",
                "sidepp",
                ("sidepp.checked(21)", "sidepp.checked(-1)"),
                "a tag without a platform version, or a version read as a minimum",
            )
    luau = real("luau-wasm"), "luau-wasm", "luau_wasm"
    run_luau = ("luau_wasm.execute('print(2 ^ 10)').strip()",)
    yield Forced(
        "renamed-file",
        "0.28.3",
        *luau,
        run_luau,
        "a file renamed by hand",
        interpreter="cp313",
    )
    for version, interpreter in (
        ("0.27.8", "cp312"),
        ("0.28.3", "cp313"),
        ("314.0.7", ""),
        ("315.0.0-alpha.2", "cp315"),
    ):
        yield Forced(
            "renamed-throughout",
            version,
            *luau,
            run_luau,
            "a file renamed by hand with its modules, or a version read as a minimum",
            interpreter=interpreter,
            inside=True,
        )
    yield Forced(
        "cpython-abi",
        "0.29.5",
        real("librt"),
        "librt",
        "librt.internal",
        (),
        "a tool that looks at the platform tag alone",
        rule="installer-order",
        interpreter="cp313",
        inside=True,
    )
    for name, wheel in (("bigint", ours(WEBASSEMBLY)), ("no-bigint", legalized)):
        yield Forced(
            name,
            "0.29.5",
            wheel,
            "one-source",
            "side",
            ("side.twice(21)",),
            "a builder that writes the tag and ignores the link options of the platform",
            rule="platform-pyemscripten",
        )
    for version in ("314.0.7", "315.0.0-alpha.2"):
        yield Forced(
            "seems-to-work",
            version,
            ours(JAVASCRIPT),
            "one-source",
            "side",
            ("side.twice(21)",),
            "a rule that what loads is compatible",
        )


def runs(context: NativeContext) -> Iterator[Run]:
    """Every picture of the gallery."""
    for case in forced(context.downloads.lines):
        yield Run(
            f"gallery/{case.name}/pyodide-{case.line}",
            f"{TITLES[case.name]}, in Pyodide {case.line}",
            partial(force, case),
            case.wrongly,
            case.rule,
        )
