"""A module built for one platform, linked with a program and the C library of another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wasm_platform_tags import WasiPlatform

from ..observe import Observation, shown
from .grid import Cell, render, summary
from .toolchain import PARTIAL, Toolchain

if TYPE_CHECKING:
    from pathlib import Path

    from ..lab import Lab
    from .facets import Facet

# By WASI version first: within one, the SDK is what differs.
PLATFORMS = (
    *(WasiPlatform(0, 1, sdk) for sdk in (15, 25, 33, 34)),
    *(WasiPlatform(0, 2, sdk) for sdk in (25, 33)),
)
NOT_RUN = Cell("not-run")


def observe(facet: Facet, lab: Lab) -> Observation:
    """Build, link and run all combinations of one module."""
    tools = Toolchain(lab)
    cells: dict[tuple[str, str], Cell] = {}
    programs: dict[tuple[str, str], Path] = {}
    # Where no header of a platform is read, one row says it all.
    rows = PLATFORMS if facet.has_headers else PLATFORMS[:1]
    for row in rows:
        for column in PLATFORMS:
            key = (label(facet, row), column.version)
            made = combine(tools, facet, row, column)
            if isinstance(made, Cell):
                cells[key] = made
            else:
                programs[key] = made
    ran = tools.run(list(programs.values()), facet.name)
    cells |= dict(zip(programs, ran, strict=True))
    names = [label(facet, row) for row in rows]
    text = render(names, [column.version for column in PLATFORMS], cells)
    return shown(summary(cells), text)


def label(facet: Facet, row: WasiPlatform) -> str:
    """The name of a row."""
    return row.version if facet.has_headers else "any"


def combine(
    tools: Toolchain, facet: Facet, row: WasiPlatform, column: WasiPlatform
) -> Cell | Path:
    """A linked program, or the cell that says why there is none."""
    root = tools.sysroot(column)
    if f"{column.major}.{column.minor}" not in facet.hosts:
        return NOT_RUN
    if facet.language == "c++" and None in (
        root.cxx_headers,
        tools.sysroot(row).cxx_headers,
    ):
        return NOT_RUN
    partial = column.sdk in PARTIAL and facet.library
    if partial and not (root.libraries / facet.library).is_file():
        return NOT_RUN
    built = tools.object(facet, row)
    if built.file is None:
        return Cell("no-header", built.why)
    return tools.link(facet, built.file, column)
