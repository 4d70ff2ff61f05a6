"""Compare ranking, importing and patching with packaging."""

import gc
import platform
import statistics
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator
from functools import partial

import packaging.tags

from wasm_platform_tags import patched

from .peer import TARGET, project, rank_by_packaging, select_by_packaging


def seconds(work: Callable[[], object]) -> float:
    gc.collect()
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def ratio(
    ours: Callable[[], object], peer: Callable[[], object], rounds: int
) -> tuple[float, float]:
    """Return the medians of both in seconds, measured in turn on the same machine."""
    pairs = [(seconds(ours), seconds(peer)) for _ in range(rounds)]
    mine, theirs = zip(*pairs, strict=True)
    return statistics.median(mine), statistics.median(theirs)


def import_seconds(module: str) -> float:
    code = (
        "import time; start = time.perf_counter();"
        f" import {module}; print(time.perf_counter() - start)"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    )
    return float(result.stdout)


def peak_memory(work: Callable[[], object]) -> int:
    """Return the peak of the memory that the work allocates, in bytes."""
    gc.collect()
    tracemalloc.start()
    work()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


def measure(size: int) -> Iterator[tuple[str, str, str, str]]:
    """Yield a row for each comparison: what, ours, the peer's, and the ratio."""
    files = project(size)
    few = [name for name in files if not TARGET.rank([name])]
    suited = [name for name in files if TARGET.rank([name])]
    own_build = [f"large_project-1.0-{n}-py3-none-any.whl" for n in range(size // 10)]
    select = TARGET.select_release, select_by_packaging
    for what, names, (ours, theirs) in (
        ("select among {:,} files, as an index lists them", files, select),
        ("select among {:,} files, all compatible", suited, select),
        (
            "rank {:,} files, each with a build number of its own: the worst case",
            own_build,
            (TARGET.rank, rank_by_packaging),
        ),
    ):
        if ours(names) != theirs(names):
            sys.exit(f"{what}: the library and packaging disagree")
        mine, peer = ratio(partial(ours, names), partial(theirs, names), 5)
        yield (
            what.format(len(names)),
            f"{mine * 1000:.0f} ms",
            f"{peer * 1000:.0f} ms",
            f"{peer / mine:.1f} times as fast",
        )
    mine_bytes = peak_memory(lambda: TARGET.select_release(few))
    peer_bytes = peak_memory(lambda: select_by_packaging(few))
    yield (
        f"peak memory to select among {len(few):,} files of which none suits",
        f"{mine_bytes / 1024:.0f} KiB",
        f"{peer_bytes / 1024:.0f} KiB",
        f"1/{peer_bytes / mine_bytes:.0f}",
    )
    imports = [
        (import_seconds("wasm_platform_tags"), import_seconds("packaging.tags"))
        for _ in range(21)
    ]
    mine, peer = (statistics.median(column) for column in zip(*imports, strict=True))
    yield (
        "import wasm_platform_tags beside import packaging.tags",
        f"{mine * 1000:.1f} ms",
        f"{peer * 1000:.1f} ms",
        f"{mine / peer:.2f} times",
    )

    def unpatched() -> None:
        for _ in range(100):
            list(packaging.tags.sys_tags())

    def patched_tags() -> None:
        with patched():
            unpatched()

    mine, peer = ratio(patched_tags, unpatched, 21)
    yield (
        f"sys_tags() of a patched packaging on {platform.system()}",
        f"{mine * 10:.2f} ms",
        f"{peer * 10:.2f} ms",
        f"{mine / peer:.2f} times",
    )
