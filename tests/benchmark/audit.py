"""Compare the audit of a wheel with show() of auditwheel-emscripten, and with zipfile."""

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.audit import real_wheels
from tests.matrix.provision import Cache
from tests.toolkit.cache import make
from wasm_platform_tags.audit import audit

# The code that is timed, each in its own process: `work` is called with a wheel's path.
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
    "plain": f"import sys\nsys.modules['zlib_ng'] = None\n{AUDIT}",  # as if it were not installed
    "show": SHOW,
    "zip": INFLATE,
}
TIMED = """import json, sys
from pathlib import Path
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage
from time import perf_counter
def processor():
    return sum(sum(getrusage(who)[:2]) for who in (RUSAGE_SELF, RUSAGE_CHILDREN))
{code}
start = perf_counter(), processor()
work(Path(sys.argv[1])) if work is not int else None
end = perf_counter(), processor()
print(json.dumps({{
    "elapsed": end[0] - start[0],
    "processor": end[1] - start[1],
    "peak": getrusage(RUSAGE_SELF).ru_maxrss * 1024,
}}))
"""


def measure(
    cache: Cache, tell: Callable[[str], None]
) -> Iterator[tuple[str, str, str, str]]:
    """Yield a row for each comparison: what, ours, the peer's, and the ratio."""
    (wheel,) = real_wheels.downloaded(cache, tell).glob(AUDITED)
    theirs = cache.requirement(f"auditwheel-emscripten=={real_wheels.pinned()[1]}")
    if not theirs.exists():
        (unit,) = (one for one in cache.units() if one.name == theirs.name)
        tell(unit.source)
        make(cache.root, unit)
    size = wheel.stat().st_size / 10**6
    tools = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {**os.environ, "PATH": tools, "PYTHONPATH": str(theirs)}

    def in_a_process(code: str) -> dict[str, float]:
        """Return the seconds of the work and its child processes, and its peak memory in bytes."""
        done = subprocess.run(
            [sys.executable, "-c", TIMED.format(code=code), str(wheel)],
            check=True,
            capture_output=True,
            text=True,
            env=environment,
        )
        figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
        return figures

    tell("measuring")
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
