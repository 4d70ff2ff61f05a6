"""Modules as extension modules, linked with the shared libc.so of a componentize-py."""

import re
from collections.abc import Iterable
from functools import partial
from itertools import product
from pathlib import Path

from tests.toolkit.process import run
from wasm_platform_tags import WasiPlatform

from ..context import GUEST, LINKERS, NativeContext
from ..observe import Observation, shown
from ..provision import PROVISION
from .facets import FACETS, MODULES, Facet
from .grid import ANSWERS, Cell, render, summary
from .static import COLUMNS, PLATFORMS
from .toolchain import Toolchain

# The componentize-py whose shared libraries are those of an SDK's release, for WASI 0.2,
# and that SDK.
SDKS: dict[str, int] = {
    one["version"]: one["sdk"] for one in PROVISION["componentize-py"] if "sdk" in one
}
DYNAMIC = tuple(facet for facet in FACETS if not facet.static_only)
SHARED = ("-shared", "--experimental-pic", "--unresolved-symbols=import-dynamic")
APP = """\
import wit_world
{imports}

class WitWorld(wit_world.WitWorld):
    def answers(self):
        return " ".join(f"{{m.__name__}}={{m.probe(None)}}" for m in [{names}])
"""


def observe(linker: str, context: NativeContext) -> Observation:
    """Link all modules into one application, without those that are refused; call all."""
    tools = Toolchain(context)
    cells: dict[tuple[str, str], Cell] = {}
    modules: dict[str, tuple[str, str]] = {}
    for facet, platform in product(DYNAMIC, PLATFORMS):
        key = (facet.name, platform.version)
        make = partial(module, tools, facet, platform)
        made: Path | Cell = context.once(f"abi module {key}", make)
        if isinstance(made, Cell):
            cells[key] = made
        else:
            modules[made.stem] = key
    refused, component, raw = link(tools, linker, modules)
    names = [name for name in modules if name in refused]
    cells |= {modules[name]: Cell("refused", refused[name]) for name in names}
    for name, answer in call(tools, component).items():
        cells[modules[name]] = Cell(ANSWERS[answer])
    text = render([facet.name for facet in DYNAMIC], COLUMNS, cells)
    return shown(summary(cells), text, raw)


def module(tools: Toolchain, facet: Facet, platform: WasiPlatform) -> Path | Cell:
    """An extension module of one facet, built for a platform."""
    if facet.language == "c++" and tools.sysroot(platform).cxx_headers is None:
        return Cell("not-run")
    built = tools.object(facet, platform)
    if built.file is None:
        return Cell("no-header", built.why)
    name = f"{facet.name}_{platform.version}".replace("-", "_")
    flags, source = (f"-DNAME={name}", f"-Dprobe={facet.symbol}"), "extension.c"
    wrapper = tools.compile(MODULES / source, platform, flags=flags, name=name)
    assert wrapper.file, wrapper.why
    out = tools.folder / f"{name}.so"
    options = (*SHARED, "--no-entry", "--strip-debug", f"--export=PyInit_{name}")
    files = (built.file, wrapper.file)
    process = run([tools.zig, "wasm-ld", *options, *files, "-o", out])
    return Cell("refused", process.text) if process.status else out


def link(
    tools: Toolchain, linker: str, modules: Iterable[str]
) -> tuple[dict[str, str], Path, str]:
    """Link the accepted modules; return the errors, the component, the output."""
    left, refused, raw = list(modules), dict[str, str](), ""
    while True:
        folder = tools.context.folder(f"abi-{linker}")
        (folder / "app.py").write_text(application(left), "utf-8")
        for name in left:
            copy = folder / f"{name}{LINKERS[linker]}"
            copy.write_bytes((tools.folder / f"{name}.so").read_bytes())
        world, out = GUEST / "abi.wit", folder / "app.wasm"
        process = tools.context.componentize(linker, world, "app", [folder], out)
        raw += process.text
        if process.status == 0:
            return refused, out, raw
        found = refusals(process.text)
        if not found.keys() & set(left):
            raise RuntimeError(f"componentize-py {linker}:\n{process.text}")
        refused |= found
        left = [name for name in left if name not in refused]


def refusals(text: str) -> dict[str, str]:
    """The modules that componentize-py refuses, each with the symbols that it needs."""
    found: dict[str, str] = {}
    for name, symbol in sorted(set(re.findall(r"/(\w+)\.\S+ needs (\w+)", text))):
        found[name] = f"{found[name]} {symbol}" if name in found else symbol
    unread = r"failed to extract linking metadata from \S*/(\w+)\..*?Caused by:(.*)"
    for name, cause in re.findall(unread, text, re.DOTALL):
        found[name] = " ".join(cause.split())
    return found


def application(modules: Iterable[str]) -> str:
    """An application that imports all modules and asks each for its answer."""
    names = list(modules)
    imports = "\n".join(f"import {name}" for name in names)
    return APP.format(imports=imports, names=", ".join(names))


def call(tools: Toolchain, component: Path) -> dict[str, str]:
    """What each module answers."""
    text = tools.host(component, "answers")
    return dict(pair.split("=") for pair in text.split())
