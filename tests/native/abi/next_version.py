"""WASI 0.3 as far as it can be had: SDK 34's headers with that version chosen.

No C library for WASI 0.3 is published where these runs load from, so its modules are
linked with those for 0.1 and 0.2. The compiler's target stays WASI 0.1's: clang 22 does
not know what SDK 34's own compiler does for 0.3.
"""

import re
from pathlib import Path

from wasm_platform_tags import WasiPlatform

from ..context import NativeContext
from ..observe import Observation, shown
from .facets import FACETS, Facet
from .grid import Cell, render, summary
from .static import COLUMNS, PLATFORMS, to_be_had
from .toolchain import Toolchain

HEADERS = WasiPlatform(0, 1, 34)


def choose(text: str) -> str:
    """``wasi/version.h`` of WASI 0.1 with 0.3 in its place.

    :raises ValueError: if the header has another form.
    """
    chosen, found = re.subn(
        r"^#define __wasip1__$", "#define __wasip3__", text, flags=re.MULTILINE
    )
    if found != 1 or "/* #undef __wasip3__ */" not in text:
        raise ValueError("wasi/version.h: wanted one that defines __wasip1__ alone")
    return chosen.replace("/* #undef __wasip3__ */\n", "/* #undef __wasip1__ */\n")


def observe(context: NativeContext) -> Observation:
    """Build every module in C, link it with each C library, run it."""
    tools = Toolchain(context)
    cells: dict[tuple[str, str], Cell] = {}
    built = _compile(context, tools, cells)
    programs: dict[Path, str] = {}
    for column in PLATFORMS:
        modules: dict[str, Path] = {}
        for facet, file in built.items():
            if to_be_had(tools, facet, HEADERS, column):
                modules[facet.name] = file
            else:
                cells[facet.name, column.version] = Cell("not-run")
        program, refused = tools.link(modules, column, "as-0_3")
        for name, why in refused.items():
            cells[name, column.version] = Cell("refused", why)
        if program:
            programs[program] = column.version
    asked = {
        program: [f.name for f in built if (f.name, version) not in cells]
        for program, version in programs.items()
    }
    for (program, name), cell in tools.run(asked, "as-0_3").items():
        cells[name, programs[program]] = cell
    names = [facet.name for facet in FACETS if facet.language == "c"]
    return shown(summary(cells), render(names, COLUMNS, cells))


def _compile(
    context: NativeContext, tools: Toolchain, cells: dict[tuple[str, str], Cell]
) -> dict[Facet, Path]:
    """Return the object file of each module in C; add a cell for what has no headers."""
    front = context.folder("wasi-0.3") / "wasi"
    front.mkdir()
    header = tools.sysroot(HEADERS).headers / "wasi" / "version.h"
    (front / "version.h").write_text(choose(header.read_text("utf-8")), "utf-8")
    built: dict[Facet, Path] = {}
    for facet in (one for one in FACETS if one.language == "c"):
        flags = (f"-I{front.parent}", f"-Dprobe={facet.symbol}", *facet.flags)
        name = f"{facet.name}-as-0_3"
        made = tools.compile(facet.path, HEADERS, flags=flags, name=name)
        if made.file:
            built[facet] = made.file
        else:
            for version in COLUMNS:
                cells[facet.name, version] = Cell("no-header", made.why)
    return built
