"""Which two platforms a cell is about, and what came of all that are related alike."""

from collections import Counter

from wasm_platform_tags import WasiPlatform, parse_platform_tag

from .grid import WORDS, Grid

# Of the module's platform to the library's; what differs in both is in the grids.
RELATIONS = {
    "same": "Its own",
    "newer": "Newer SDK",
    "older": "Older SDK",
    "0.1 in 0.2": "0.1 in 0.2",
    "0.2 in 0.1": "0.2 in 0.1",
}


SILENT = ("no-header", "not-run")


def platform(version: str) -> WasiPlatform:
    """The platform of a row or a column."""
    found = parse_platform_tag(f"wasi_{version}_wasm32")
    if not isinstance(found, WasiPlatform):
        raise TypeError(f"{version} is no WASI platform")
    return found


def relation(module: WasiPlatform, library: WasiPlatform) -> str:
    """How the platform of a library stands to that of a module; empty if both differ."""
    if module == library:
        return "same"
    if module.minor == library.minor:
        return "newer" if library.sdk > module.sdk else "older"
    if module.sdk == library.sdk:
        return f"0.{module.minor} in 0.{library.minor}"
    return ""


def outcomes(grid: Grid) -> dict[str, str]:
    """For each relation, the one outcome of all its cells, or each with its count.

    A module that cannot be written for a platform says nothing of it, and neither does a
    part that is not to be had, unless there is nothing else.
    """
    found: dict[str, Counter[str]] = {name: Counter() for name in RELATIONS}
    for row, words in grid.rows.items():
        for column, word in zip(grid.columns, words, strict=True):
            # A row for any platform is each column's own.
            module = platform(column if row == "any" else row)
            if name := relation(module, platform(column)):
                found[name][word] += 1
    return {name: _in_words(counts) for name, counts in found.items()}


def _in_words(counts: Counter[str]) -> str:
    answers = [word for word in WORDS if counts[word] and word not in SILENT]
    if not answers:
        return "not run" if counts["not-run"] else "\N{EN DASH}"
    several = ", ".join(f"{counts[word]} {word}" for word in answers)
    return several if len(answers) > 1 else answers[0]
