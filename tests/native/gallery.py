"""Load wheels where their tags do not fit, to see what the exact match prevents."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.toolkit.process import run
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
    """A wheel in a Pyodide that it was not built for; `line` is that Pyodide's alias."""

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
    """Rename the wheel, install it with an unchanged pip, and load it."""
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
    """Return a function that builds the sample project for a platform tag."""
    return lambda context: context.wheel(f"platform={tag}")


def real(project: str) -> Callable[[NativeContext], Path]:
    """Return a function that returns a wheel of PyPI."""
    return lambda context: context.real_wheel(project)


def legalized(context: NativeContext) -> Path:
    """Build the wheel that a linker without WASM_BIGINT makes.

    No 64-bit integer crosses between its module and JavaScript.
    """

    def make() -> Path:
        folder = context.folder("legalized")
        unpack(context.wheel(f"platform={WEBASSEMBLY}"), folder / "wheel")
        source, made = folder / "wheel" / "side.abi3.so", folder / "side.abi3.so"
        command = context.downloads.wasm_opt, "--legalize-js-interface", source
        process = run([context.downloads.node, *command, "-o", made])
        if process.status:
            raise RuntimeError(f"wasm-opt failed:\n{process.text}")
        return context.wheel(f"platform={WEBASSEMBLY}", f"extension={made}")

    wheel: Path = context.once("legalized", make)
    return wheel


def forced(lines: dict[str, PyodideRelease]) -> Iterator[Forced]:
    """Yield every case, in the order of the page."""
    checked = "one-source", "sidepp", ("sidepp.checked(21)", "sidepp.checked(-1)")
    twice = "one-source", "side", ("side.twice(21)",)
    execute = ("luau_wasm.execute('print(2 ^ 10)').strip()",)
    luau = real("luau-wasm"), "luau-wasm", "luau_wasm", execute
    why = "a tag without a platform version, or a version read as a minimum"
    for name, tag in (("javascript", JAVASCRIPT), ("webassembly", WEBASSEMBLY)):
        for line in lines:
            yield Forced(f"unwinding-{name}", line, ours(tag), *checked, why)
    why = "a file renamed by hand"
    yield Forced("renamed-file", "py028", *luau, why, interpreter="cp313")
    why = "a file renamed by hand with its modules, or a version read as a minimum"
    pythons = {"py027": "cp312", "py028": "cp313", "py314": "", "py315": "cp315"}
    for line, python in pythons.items():
        yield Forced(
            "renamed-throughout", line, *luau, why, interpreter=python, inside=True
        )
    librt = real("librt"), "librt", "librt.internal", ()
    why = "a tool that looks at the platform tag alone"
    yield Forced("cpython-abi", "py029", *librt, why, "installer-order", "cp313", True)
    why = "a builder that writes the tag and ignores the link options of the platform"
    for name, wheel in (("bigint", ours(WEBASSEMBLY)), ("no-bigint", legalized)):
        yield Forced(name, "py029", wheel, *twice, why, "platform-pyemscripten")
    for line in ("py314", "py315"):
        why = "a rule that what loads is compatible"
        yield Forced("seems-to-work", line, ours(JAVASCRIPT), *twice, why)


def runs(context: NativeContext) -> Iterator[Run]:
    """Yield one run for each case."""
    for case in forced(context.downloads.lines):
        version = context.downloads.lines[case.line].version
        name, what = f"gallery/{case.name}/pyodide-{version}", TITLES[case.name]
        do = partial(force, case)
        yield Run(name, f"{what}, in Pyodide {version}", do, case.wrongly, case.rule)
