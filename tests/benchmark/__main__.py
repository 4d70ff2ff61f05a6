"""Speed and memory compared with other tools, each as a ratio from one run.

Run: python -m tests.benchmark [--only audit] [--json FILE]

The peer is packaging or, for the audit of an 8 MB wheel, show() of
auditwheel-emscripten; both are in the matrix's cache, and so is the wheel.
"""

from __future__ import annotations

import argparse
import gc
import itertools
import json
import os
import platform
import statistics
import subprocess
import sys
import time
import tracemalloc
from pathlib import Path
from typing import TYPE_CHECKING

import packaging
import packaging.tags
from packaging.tags import create_compatible_tags_selector
from packaging.utils import InvalidWheelFilename, parse_wheel_filename
from rich.console import Console
from rich.table import Table

from tests.audit import judged
from tests.matrix.provision import DEFAULT_CACHE, Cache, provision
from tests.matrix.settings import load_settings
from wasm_platform_tags import Target, patched
from wasm_platform_tags.audit import audit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

TARGET = Target("3.13", "pyemscripten_2025_0_wasm32")

PLATFORMS = (
    "macosx_10_13_x86_64",
    "macosx_11_0_arm64",
    "manylinux_2_17_aarch64.manylinux2014_aarch64",
    "manylinux_2_17_i686.manylinux2014_i686",
    "manylinux_2_17_x86_64.manylinux2014_x86_64",
    "musllinux_1_2_aarch64",
    "musllinux_1_2_x86_64",
    "win32",
    "win_amd64",
    "win_arm64",
    "pyemscripten_2024_0_wasm32",
    "pyemscripten_2025_0_wasm32",
    "pyodide_2025_0_wasm32",
    "pyemscripten_2026_0_wasm32",
    "wasi_0_1_sdk_24_wasm32",
)
INTERPRETERS = ("cp39", "cp310", "cp311", "cp312", "cp313", "cp313t", "cp314")


def project(size: int) -> list[str]:
    """The files of a large project: many releases, each for many platforms."""

    def files() -> Iterator[str]:
        for release in itertools.count():
            version = f"{release // 100}.{release // 10 % 10}.{release % 10}"
            yield f"large_project-{version}.tar.gz"
            yield f"large_project-{version}-py3-none-any.whl"
            yield f"large_project-{version}-1-py3-none-any.whl"
            yield f"large_project-{version}-not-a-wheel.whl"
            for abi, where in itertools.product(INTERPRETERS, PLATFORMS):
                python = abi.removesuffix("t")
                yield f"large_project-{version}-{python}-{abi}-{where}.whl"

    return list(itertools.islice(files(), size))


def rank_by_packaging(filenames: Iterable[str]) -> list[str]:
    """What packaging offers for the same job."""
    parsed = []
    for filename in filenames:
        try:
            _, _, build, tags = parse_wheel_filename(filename)
        except InvalidWheelFilename:
            continue
        parsed.append((filename, tags, build))
    parsed.sort(key=lambda one: one[2], reverse=True)
    select = create_compatible_tags_selector(TARGET.tags())
    return list(select((filename, tags) for filename, tags, _ in parsed))


def seconds(work: Callable[[], object]) -> float:
    gc.collect()
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def ratio(
    ours: Callable[[], object], peer: Callable[[], object], rounds: int
) -> tuple[float, float]:
    """The medians of both, measured in turn so that both meet the same machine."""
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
    """Bytes at the peak, above what was there before."""
    gc.collect()
    tracemalloc.start()
    work()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


def measure(size: int) -> Iterator[tuple[str, str, str, str]]:
    """Yield, for each claim: what, ours, the peer's, and the ratio."""
    files = project(size)
    suited = TARGET.rank(files)
    own_build = [f"large_project-1.0-{n}-py3-none-any.whl" for n in range(size // 10)]
    for what, names in (
        ("as an index lists them", files),
        ("all compatible", suited),
        ("each with a build number of its own: the worst case", own_build),
    ):
        if TARGET.rank(names) != rank_by_packaging(names):
            sys.exit(f"{what}: Target.rank and packaging disagree")
        mine, peer = ratio(
            lambda names=names: TARGET.rank(names),  # type: ignore[misc]
            lambda names=names: rank_by_packaging(names),  # type: ignore[misc]
            5,
        )
        yield (
            f"rank {len(names):,} files, {what}",
            f"{mine * 1000:.0f} ms",
            f"{peer * 1000:.0f} ms",
            f"{peer / mine:.1f} times as fast",
        )
    suited_names = set(suited)
    few = [name for name in files if name not in suited_names]
    mine_bytes = peak_memory(lambda: TARGET.rank(few))
    peer_bytes = peak_memory(lambda: rank_by_packaging(few))
    yield (
        f"peak memory to rank {len(few):,} files of which none suits",
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


def measure_audit(cache: Cache) -> Iterator[tuple[str, str, str, str]]:
    """Yield the same of an audit, beside auditwheel-emscripten on the same file."""
    (wheel,) = judged.downloaded(cache, lambda _: None).glob(AUDITED)
    theirs = cache.requirement(f"auditwheel-emscripten=={judged.pinned()[1]}")
    size = wheel.stat().st_size / 10**6
    tools = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {**os.environ, "PATH": tools, "PYTHONPATH": str(theirs)}

    def in_a_process(code: str) -> dict[str, float]:
        """Seconds of the work, its children's too; bytes at the most."""
        done = subprocess.run(
            [sys.executable, "-c", TIMED.format(code=code), str(wheel)],
            check=True,
            capture_output=True,
            text=True,
            env=environment,
        )
        figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
        return figures

    # In turn, so that whatever else the machine does meets all of them.
    rounds = [
        {name: in_a_process(code) for name, code in AUDITS.items()}
        for _ in range(ROUNDS)
    ]

    def row(what: str, mine: str, peer: str, figure: str) -> tuple[str, str, str, str]:
        ours, theirs = (
            statistics.median(one[name][figure] for one in rounds)
            for name in (mine, peer)
        )
        return (
            f"{what}, {figure}",
            f"{ours * 1000:.0f} ms",
            f"{theirs * 1000:.0f} ms",
            f"{theirs / ours:.1f} times as fast",
        )

    for mine in ("fast", "plain"):
        extra = "with" if mine == "fast" else "without"
        what = f"audit a wheel of {size:.1f} MB, {extra} the extra fast"
        for figure in ("elapsed", "processor"):
            yield row(f"{what}: beside auditwheel's show", mine, "show", figure)
        yield row("the same: beside inflating it by zipfile", mine, "zip", "processor")
    idle = in_a_process("import wasm_platform_tags.audit; work = int")["peak"]
    largest = max(seen["size"] for seen in audit(wheel).modules)
    most = max(one[name]["peak"] for one in rounds for name in ("fast", "plain")) - idle
    yield (
        "peak memory of the audit, beside its largest module",
        f"{most / 2**20:.0f} MiB",
        f"{largest / 2**20:.0f} MiB",
        f"{most / largest:.1f} times",
    )


# What is timed, in a process of its own: `work` is called with the wheel's path.
AUDITED = "mypy-*-cp314-*.whl"
AUDIT = "from wasm_platform_tags.audit import audit as work"
SHOW = "from auditwheel_emscripten import show as work"
INFLATE = (
    "import zipfile\n"
    "def work(path):\n"
    "    with zipfile.ZipFile(path) as archive:\n"
    "        for name in archive.namelist():\n"
    "            archive.read(name)"
)
ROUNDS = 7
AUDITS = {
    "fast": AUDIT,
    "plain": f"import sys\nsys.modules['zlib_ng'] = None\n{AUDIT}",  # as if not there
    "show": SHOW,
    "zip": INFLATE,
}
TIMED = """import json, os, resource, sys
from pathlib import Path
{code}
start = os.times()
work(Path(sys.argv[1])) if work is not int else None
end = os.times()
print(json.dumps({{
    "elapsed": end.elapsed - start.elapsed,
    "processor": sum(end[:4]) - sum(start[:4]),
    "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
}}))
"""


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmark",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--files", type=int, default=100_000, help="how many files (100000)"
    )
    parser.add_argument(
        "--only", choices=("tags", "audit"), help="only one part, by default both"
    )
    parser.add_argument("--cache", type=Path, default=DEFAULT_CACHE, metavar="FOLDER")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write JSON")
    options = parser.parse_args()
    versions = (
        f"CPython {platform.python_version()}, packaging {packaging.__version__},"
        f" {platform.system()} {platform.machine()}"
    )
    columns = ("what", "ours", "the peer's", "ratio")
    parts = []
    if options.only != "audit":
        parts.append(measure(options.files))
    if options.only != "tags":
        cache = Cache(options.cache, load_settings())
        provision(cache, lambda *_: None)
        parts.append(measure_audit(cache))
    table = Table(*columns, title=versions)
    rows = []
    console = Console()
    with console.status("measuring"):
        for row in itertools.chain(*parts):
            rows.append(dict(zip(columns, row, strict=True)))
            table.add_row(*row)
    console.print(table)
    if options.json:
        report = {"versions": versions, "rows": rows}
        options.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
