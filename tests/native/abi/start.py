"""crt1 of one platform with the C library of another: how a program starts."""

from pathlib import Path

from ..context import NativeContext
from ..observe import Observation, shown
from .facets import FACETS
from .grid import Cell, render, summary
from .static import COLUMNS, PLATFORMS
from .toolchain import CRT1, Toolchain

MODULE = "memory"


def observe(context: NativeContext) -> Observation:
    """Link the same module with each crt1 and each C library, and run it."""
    tools = Toolchain(context)
    memory = next(facet for facet in FACETS if facet.name == MODULE)
    cells: dict[tuple[str, str], Cell] = {}
    programs: dict[Path, tuple[str, str]] = {}
    # A sysroot without a crt1 has no row.
    rows = [one for one in PLATFORMS if tools.start(one).name == CRT1]
    for row in rows:
        for column in PLATFORMS:
            key = (row.version, column.version)
            module = tools.object(memory, column).file
            assert module
            name, crt1 = f"start-{row.version}", tools.start(row)
            program, refused = tools.link({MODULE: module}, column, name, crt1)
            if program:
                programs[program] = key
            else:
                cells[key] = Cell("refused", refused[MODULE])
    ran = tools.run({program: [MODULE] for program in programs}, "start")
    cells |= {programs[program]: cell for (program, _), cell in ran.items()}
    names = [row.version for row in rows]
    return shown(summary(cells), render(names, COLUMNS, cells))
