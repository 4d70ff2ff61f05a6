"""Modules built for one platform, linked with a program and the C library of another."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import product
from pathlib import Path

from wasm_platform_tags import WasiPlatform

from ..context import NativeContext
from ..observe import Observation, shown
from .facets import FACETS, Facet
from .grid import Cell, render, summary
from .toolchain import PARTIAL, Toolchain

# By WASI version first: within one, the SDK is what differs.
PLATFORMS = (
    *(WasiPlatform(0, 1, sdk) for sdk in (15, 25, 33, 34)),
    *(WasiPlatform(0, 2, sdk) for sdk in (25, 33)),
)
COLUMNS = [platform.version for platform in PLATFORMS]
ANY = "any"  # the row of a module that reads no header of any platform
Linked = tuple[dict[str, Cell], "Path | None", list[str]]
Table = dict[tuple[str, str, str], Cell]


def observe(facet: Facet, context: NativeContext) -> Observation:
    """All combinations of one module."""
    tools = Toolchain(context)
    if facet.has_headers:
        listed = [one for one in FACETS if one.has_headers]
        rows, make = COLUMNS, partial(table, tools, listed, COLUMNS, "all")
        found = context.once("abi static", make)
    else:
        rows = [ANY]
        found = table(tools, [facet], rows, facet.name)
    places = product(rows, COLUMNS)
    cells = {(row, name): found[facet.name, row, name] for row, name in places}
    return shown(summary(cells), render(rows, COLUMNS, cells))


def table(
    tools: Toolchain, facets: Sequence[Facet], rows: Sequence[str], name: str
) -> Table:
    """Build, link and run; modules of one platform share a program, and no instance."""
    pairs = list(product(rows, PLATFORMS))
    made: Table = {}
    programs: dict[Path, tuple[str, str]] = {}
    asked: dict[Path, list[str]] = {}
    with ThreadPoolExecutor(os.cpu_count() or 2) as pool:
        linked = pool.map(
            lambda pair: combine(tools, facets, pair[0], pair[1], name), pairs
        )
        for (row, column), (cells, program, modules) in zip(pairs, linked, strict=True):
            made |= {(one, row, column.version): cell for one, cell in cells.items()}
            if program:
                programs[program], asked[program] = (row, column.version), modules
    for (program, module), cell in tools.run(asked, f"static-{name}").items():
        row, version = programs[program]
        made[module, row, version] = cell
    return made


def combine(
    tools: Toolchain, facets: Sequence[Facet], row: str, column: WasiPlatform, name: str
) -> Linked:
    """What need not be run, a program, and the modules that are in it."""
    cells: dict[str, Cell] = {}
    modules: dict[str, Path] = {}
    platform = next((one for one in PLATFORMS if one.version == row), PLATFORMS[0])
    for facet in facets:
        if not to_be_had(tools, facet, platform, column):
            cells[facet.name] = Cell("not-run")
        elif file := (built := tools.object(facet, platform)).file:
            modules[facet.name] = file
        else:
            cells[facet.name] = Cell("no-header", built.why)
    program, refused = tools.link(modules, column, f"{name}-{row}")
    cells |= {one: Cell("refused", why) for one, why in refused.items()}
    return cells, program, [one for one in modules if one not in refused]


def to_be_had(
    tools: Toolchain, facet: Facet, row: WasiPlatform, column: WasiPlatform
) -> bool:
    """Whether all that a module needs is there, on both sides and below."""
    root = tools.sysroot(column)
    if f"{column.major}.{column.minor}" not in facet.hosts:
        return False
    if facet.language == "c++":
        return None not in (root.cxx_headers, tools.sysroot(row).cxx_headers)
    partial_root = column.sdk in PARTIAL and facet.library
    return not partial_root or (root.libraries / facet.library).is_file()
