"""The runs of this package."""

from collections.abc import Iterator
from functools import partial

from wasm_platform_tags import WasiPlatform

from ..observe import Run
from . import dynamic, headers, next_version, start, static
from .facets import FACETS, RUST

# The next SDK for the same WASI version, and the next WASI version of the same SDK.
STEPS = [
    (WasiPlatform(*before), WasiPlatform(*after))
    for before, after in (
        ((0, 1, 15), (0, 1, 25)),
        ((0, 1, 25), (0, 1, 33)),
        ((0, 1, 33), (0, 1, 34)),
        ((0, 2, 25), (0, 2, 33)),
        ((0, 1, 25), (0, 2, 25)),
        ((0, 1, 33), (0, 2, 33)),
    )
]


def runs() -> Iterator[Run]:
    """Every run, in the order of the page."""
    for facet in (*FACETS, RUST):
        name, do = f"abi/static/{facet.name}", partial(static.observe, facet)
        yield Run(name, facet.title, do, by_name=facet is RUST)
    yield Run("abi/start", "crt1 with another C library", start.observe)
    what = "SDK 34's headers with WASI 0.3 chosen, with each C library"
    yield Run("abi/wasi-0.3", what, next_version.observe)
    for linker, sdk in dynamic.SDKS.items():
        what = f"libc.so of SDK {sdk}, in componentize-py {linker}"
        yield Run(f"abi/dynamic/{linker}", what, partial(dynamic.observe, linker))
    for before, after in STEPS:
        old, new = before.version, after.version
        do = partial(headers.observe, before, after)
        yield Run(f"abi/headers/{old}-{new}", f"{old} and {new}", do)
