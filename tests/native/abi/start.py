"""crt1 of one platform with the C library of another: how a program starts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..observe import Observation, shown
from ..tool import tool
from .facets import FACETS
from .grid import Cell, render, summary
from .static import PLATFORMS
from .toolchain import CRT1, Toolchain, linker_error

if TYPE_CHECKING:
    from pathlib import Path

    from wasm_platform_tags import WasiPlatform

    from ..lab import Lab


def observe(lab: Lab) -> Observation:
    """Link the same module with each crt1 and each C library, and run it."""
    tools = Toolchain(lab)
    memory = next(facet for facet in FACETS if facet.name == "memory")
    cells: dict[tuple[str, str], Cell] = {}
    programs: dict[tuple[str, str], Path] = {}
    rows = [row for row in PLATFORMS if has_start(tools, row)]
    for row in rows:
        for column in PLATFORMS:
            root = tools.sysroot(column)
            module = tools.object(memory, column).file
            assert module
            out = tools.folder / f"start-{row.version}-in-{column.version}.wasm"
            said = tool(
                [
                    *(tools.zig, "wasm-ld", "-o", out, tools.start(row)),
                    *(tools.program(column), module, root.libraries / "libc.a"),
                    tools.builtins,
                ]
            )
            key = (row.version, column.version)
            if said.status:
                cells[key] = Cell("refused", linker_error(said.text))
            else:
                programs[key] = out
    ran = tools.run(list(programs.values()), "start")
    cells |= dict(zip(programs, ran, strict=True))
    names = [row.version for row in rows]
    text = render(names, [column.version for column in PLATFORMS], cells)
    return shown(summary(cells), text)


def has_start(tools: Toolchain, platform: WasiPlatform) -> bool:
    """Whether its sysroot came with a crt1 of its own."""
    return tools.start(platform).name == CRT1
