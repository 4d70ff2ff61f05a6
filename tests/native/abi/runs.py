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
    for facet in FACETS:
        yield Run(
            f"abi/static/{facet.name}", facet.title, partial(static.observe, facet)
        )
    yield Run(
        f"abi/static/{RUST.name}",
        RUST.title,
        partial(static.observe, RUST),
        by_name=True,
    )
    yield Run("abi/start", "crt1 with another C library", start.observe)
    yield Run(
        "abi/wasi-0.3",
        "SDK 34's headers with WASI 0.3 chosen, with each C library",
        next_version.observe,
    )
    for linker, sdk in dynamic.SDKS.items():
        yield Run(
            f"abi/dynamic/{linker}",
            f"libc.so of SDK {sdk}, in componentize-py {linker}",
            partial(dynamic.observe, linker),
        )
    for before, after in STEPS:
        yield Run(
            f"abi/headers/{before.version}-{after.version}",
            f"{before.version} and {after.version}",
            partial(headers.observe, before, after),
        )
