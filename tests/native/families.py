"""The same C and C++ source in every Pyodide line: select, then load."""

from collections.abc import Iterator
from functools import partial

from .context import EMSCRIPTEN, WASI, NativeContext
from .observe import Observation, Run, shown
from .provision import PyodideRelease
from .wheels import unpack


def select_and_load(line: PyodideRelease, context: NativeContext) -> Observation:
    """Let the library choose in the running interpreter; load what it chose."""
    tags = [f"platform={tag}" for tag in (WASI, *EMSCRIPTEN)]
    wheels = {wheel.name: wheel for wheel in map(context.wheel, tags)}
    site = context.folder(f"families-{line.version}")
    with context.guest(line, site) as call:
        own = call("library_worker.running", check="platform_tags", count=0).value
        chosen = call("library_worker.choose_here", files=list(wheels)).value
    lines = [f"platform tags: {', '.join(own)}", f"chosen: {chosen or 'none'}"]
    if chosen is None:
        return shown("nothing fits", "\n".join(lines))
    unpack(wheels[chosen], site)
    raw, outcomes = "", []
    calls = {"side": ["twice(21)"], "sidepp": ["checked(21)", "checked(-1)"]}
    for module, asked in calls.items():
        expressions = [f"{module}.{call}" for call in asked]
        loaded = context.load(line, site, "one-source", module, expressions)
        outcomes.append(loaded.outcome)
        lines.append(loaded.output)
        raw += loaded.raw
    outcome = next((one for one in outcomes if one != "works"), "works")
    return shown(outcome, "\n".join(lines), raw)


def runs(context: NativeContext) -> Iterator[Run]:
    """One run a line."""
    for line in context.downloads.lines.values():
        rule = "exact-match" if line.platform else "unknown-platform"
        do, what = partial(select_and_load, line), f"Pyodide {line.version}"
        name = f"families/pyodide-{line.version}"
        yield Run(name, f"{what} selects and loads", do, rule=rule)
