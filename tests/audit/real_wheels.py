"""Audit real wheels of PyPI under their own tags and under others.

Every wheel is audited under the tag of its name; then under the tag of each other known
platform, as if only that were changed; then renamed whole, Python tag and suffixes
too, to each other PyEmscripten platform. A wheel for which wheels.json has a line of
Python is also imported, under each of these names, in the real Pyodide of the platform. The
output of auditwheel-emscripten for the same file is compared with what the audit reads.
"""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.matrix.provision import Cache
from tests.matrix.settings import Settings, load_settings
from tests.native.wheels import renamed
from tests.toolkit import recorded
from tests.toolkit.cache import LazyCache, Unit
from tests.toolkit.command import pick as toolkit_pick
from tests.toolkit.download import check_sha256
from tests.toolkit.pip import pip_download
from wasm_platform_tags import __version__ as library
from wasm_platform_tags import known_platforms
from wasm_platform_tags.audit import Report, audit
from wasm_platform_tags.audit.content import read_wheel
from wasm_platform_tags.audit.report import worst

HERE = Path(__file__).parent
RESULTS = HERE / "results.json"
SECONDS = 1500  # for one import in one Pyodide: one of the wheels has 152 MB of code


@dataclass(frozen=True)
class Pinned:
    """A wheel of PyPI: its file name, its hash, and the code that imports it."""

    file: str
    sha256: str
    code: str = ""
    only_own: bool = False  # import it on its own platform only: it takes too long

    @property
    def platform(self) -> str:
        """The tag of its name."""
        return self.file.removesuffix(".whl").rpartition("-")[2]

    @property
    def stable(self) -> bool:
        """Whether one file is for several versions of Python."""
        return "-abi3-" in self.file

    def download(self, folder: Path) -> None:
        """Download it from PyPI by its exact version, and compare its hash.

        :raises ProvisionError: if pip fails, or if the hash differs.
        """
        project, version, python, *_ = self.file.split("-")
        abi = "cp314" if self.stable else python
        pip_download(
            folder,
            *("--quiet", "--platform", self.platform, "--implementation", "cp"),
            *("--python-version", f"{abi[2]}.{abi[3:]}", f"{project}=={version}"),
        )
        check_sha256(self.file, (folder / self.file).read_bytes(), self.sha256)


def pinned() -> tuple[list[Pinned], str]:
    """Return the wheels of wheels.json, and the version of auditwheel-emscripten."""
    data = json.loads((HERE / "wheels.json").read_bytes())
    wheels = [Pinned(**one) for one in data["wheels"]]
    return wheels, data["auditwheel-emscripten"]


def pick(patterns: Sequence[str]) -> list[Pinned]:
    """Return the wheels that --only selects."""
    every, _ = pinned()
    return toolkit_pick(every, patterns, lambda one: one.file, "wheel")


def downloaded(cache: Cache, tell: Callable[[str], None]) -> Path:
    """Return the folder of the wheels, complete."""
    wheels, _ = pinned()
    listed = repr([(one.file, one.sha256) for one in wheels]).encode()
    name = f"audit-wheels-{hashlib.sha256(listed).hexdigest()[:12]}"

    def fill(folder: Path) -> None:
        for one in wheels:
            tell(f"downloading {one.file}")
            one.download(folder)

    return LazyCache(cache.root, [Unit(name, "real wheels", fill)]).path(name)


@dataclass(frozen=True)
class PyodideRelease:
    """The newest Pyodide of a platform."""

    tag: str
    python: str
    version: str
    alias: str


def pyodide_releases() -> list[PyodideRelease]:
    """Return the newest Pyodide of each PyEmscripten platform."""
    found = {}
    for record in known_platforms():
        for runtime in load_settings().runtimes:
            if runtime.target == record.platform.version and runtime.alias:
                version = runtime.runtime.removeprefix("pyodide-")
                found[record.platform_tags[0]] = PyodideRelease(
                    record.platform_tags[0], record.python[0], version, runtime.alias
                )
    return list(found.values())


def judged(
    cache: Cache, scratch: Path, tell: Callable[[str], None], wheels: Sequence[Pinned]
) -> Iterator[dict[str, Any]]:
    """Yield the results of each wheel."""
    folder = downloaded(cache, tell)
    theirs = cache.requirement(f"auditwheel-emscripten=={pinned()[1]}")
    for number, one in enumerate(wheels, 1):
        path = folder / one.file
        head = f"{number}/{len(wheels)} {one.file}"
        tell(f"{head}: audit")
        report = audit(path)
        found: dict[str, Any] = {
            "file": one.file,
            "date": recorded.today(),
            "sha256": one.sha256,
            "modules": len(report.modules),
            "largest_module": max(seen["size"] for seen in report.modules),
            "own": summary(report),
        }
        tags = [record.platform_tags[0] for record in known_platforms()]
        found["renamed"] = {
            tag: summary(audit(path, [tag])) for tag in tags if tag != one.platform
        }
        found["whole"], found["run"] = {}, {}
        for line in pyodide_releases():
            if line.tag == one.platform:
                copy = path
            elif one.only_own:
                continue
            else:
                python = "" if one.stable else "cp" + line.python.replace(".", "")
                copy = renamed(path, scratch, line.tag, python, inside=True)
                found["whole"][line.tag] = summary(audit(copy), "module-")
            if one.code and (line.tag == one.platform or not one.only_own):
                tell(f"{head}: Pyodide {line.version}")
                found["run"][line.tag] = run(cache, line, copy, one.code)
        tell(f"{head}: auditwheel-emscripten")
        found["auditwheel_emscripten"] = compared(path, theirs)
        yield found


def summary(report: Report, only: str = "") -> dict[str, Any]:
    """Return the verdict, and for each rule the count and the first of its findings.

    :param only: how the names of the rules begin that count; all, if empty.
    """
    kept = [one for one in report.findings if one.rule.startswith(only)]
    rules: dict[str, dict[str, Any]] = {}
    for one in kept:
        rule = rules.setdefault(
            f"{one.rule} {one.severity}", {"findings": 0, "first": one.message}
        )
        rule["findings"] += 1
    return {"verdict": worst(kept), "rules": rules}


def run(cache: Cache, line: PyodideRelease, wheel: Path, code: str) -> dict[str, str]:
    """Import a module in the real interpreter, whatever the tag of the wheel is."""
    command = [cache.node, HERE / "run.mjs", cache.pyodide(line.alias), wheel, code]
    done = subprocess.run(
        list(map(str, command)),
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    last = (done.stdout.strip().splitlines() or [""])[-1]
    try:
        outcome: dict[str, str] = json.loads(last)
    except ValueError:
        text = (done.stderr or done.stdout).strip()[-300:]
        outcome = {"outcome": "ends the interpreter", "said": text}
    return {"pyodide": line.version, **outcome}


def compared(wheel: Path, tool: Path) -> dict[str, str]:
    """Compare what auditwheel-emscripten shows of each module with what the audit reads."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        [sys.executable, str(HERE / "auditwheel_show.py"), str(tool), str(wheel)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PATH": path, "PYTHONPATH": str(tool)},
    )
    if done.returncode:
        return {"error": done.stderr.strip().splitlines()[-1]}
    shown = json.loads(done.stdout)
    ours: dict[str, dict[str, list[Any]]] = {}
    for module in read_wheel(wheel).modules:
        assert module.binary
        ours[module.name] = {
            "needed": [one.name for one in module.binary.needed],
            "runtime_paths": [one.name for one in module.binary.runtime_paths],
            "imports": sorted(
                [one.module, one.name, one.kind] for one in module.binary.imports
            ),
            "exports": sorted([one.name, one.kind] for one in module.binary.exports),
        }
    outcome: dict[str, str] = {}
    for what in ("needed", "runtime_paths", "imports", "exports"):
        mine, theirs = (
            {name: module[what] for name, module in found.items()}
            for found in (ours, shown)
        )
        count = sum(map(len, mine.values()))
        outcome[what] = f"{'same' if mine == theirs else 'differ'}: {count}"
    return outcome


def committed() -> dict[str, Any]:
    """Return the content of results.json: the versions, and the result of each wheel.

    :raises ResultError: if it is not a JSON object.
    """
    return recorded.load(RESULTS) or {"versions": {}, "wheels": []}


def versions(settings: Settings) -> dict[str, str]:
    """Return the versions of the tools and runtimes that the results depend on."""
    return {
        "wasm-platform-tags": library,
        "auditwheel-emscripten": pinned()[1],
        "node": settings.node,
        **{line.tag: f"Pyodide {line.version}" for line in pyodide_releases()},
    }


def write(found: dict[str, Any], used: Mapping[str, str]) -> None:
    """Write the results of one wheel, in the order of wheels.json."""
    every = {one["file"]: one for one in committed()["wheels"]}
    every[found["file"]] = found
    wheels = [every[one.file] for one in pinned()[0] if one.file in every]
    recorded.write(RESULTS, {"versions": used, "wheels": wheels})
