"""Run a Rust project's own tests, with its dependencies from Debian's packages.

Run as a program in the folder of a source: ``python -m tests.upstream.rust_tests PLAN REPORT``.
PLAN is a JSON file with the crates of the workspace to test, the packages by path and hash,
and arguments of cargo; REPORT is the JUnit XML file to write. The other crates of the
workspace are left out, so that their dependencies are not needed.
"""

import hashlib
import json
import os
import re
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

from tests.toolkit.cache import LazyCache, ProvisionError, Unit
from tests.toolkit.debian import MIRRORS, Package
from tests.toolkit.process import run

# A newer snapshot of Debian than the other applications use.
NEWER = (MIRRORS[0], MIRRORS[1].replace("20261101", "20261127"))
REGISTRY = Path("usr", "share", "cargo", "registry")
MEMBERS = re.compile(r"^members = \[.*?\]", re.MULTILINE | re.DOTALL)
RAN = re.compile(
    r"^test (\S+)(?: - should panic)? \.\.\. (ok|FAILED|ignored)", re.MULTILINE
)
OUTCOMES = {"FAILED": "failure", "ignored": "skipped"}
# The command in record.json has a shorter time limit.
SECONDS = 3600


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the tests; return the exit code of cargo, or 2 if it could not be started."""
    import fcntl  # noqa: PLC0415 - Windows lacks it, and imports this module

    plan_file, report = map(Path, sys.argv[1:] if arguments is None else arguments)
    plan = json.loads(plan_file.read_bytes())
    place = report.resolve().parent
    if not shutil.which("cargo"):
        print("cargo is not installed, and it runs these tests", file=sys.stderr)
        return 2
    # Both sources use one folder, in turn: the crates are compiled once.
    with (place / "crates.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            registry = provide(plan["packages"], place)
            workspace(Path.cwd(), plan["members"], place / "workspace", registry)
        except ProvisionError as error:
            print(error, file=sys.stderr)
            return 2
        done = run(
            ["cargo", "test", "--offline", "--ignore-rust-version", *plan["arguments"]],
            {**os.environ, "CARGO_TARGET_DIR": str(place / "target")},
            place / "workspace",
            SECONDS,
        )
    print(done.text)
    if outcomes := dict(RAN.findall(done.text)):
        write(outcomes, report)
    return done.status


def provide(packages: Mapping[str, str], folder: Path) -> Path:
    """Unpack the packages into a cache; return the folder in which cargo finds crates.

    :param packages: the hash of each package by its path in Debian's archive.
    :raises ProvisionError: if one cannot be downloaded.
    """

    def fill(crates: Path) -> None:
        for pinned in packages.items():
            Package(*pinned).unpack(crates, NEWER)

    key = hashlib.sha256(json.dumps(packages).encode()).hexdigest()
    unit = Unit("crates", "crates of Debian", fill, key=key)
    return LazyCache(folder, [unit]).path(unit.name) / REGISTRY


def workspace(
    source: Path, members: Sequence[str], folder: Path, registry: Path
) -> None:
    """Copy these crates of a source to a workspace that finds others only in `registry`.

    :raises ProvisionError: if the source has no such crate, or no list of members.
    """
    shutil.rmtree(folder, ignore_errors=True)
    for member in members:
        if not (source / member).is_dir():
            raise ProvisionError(f"{source.name} has no crate {member}")
        # With new times, or cargo would use what it built from the other source.
        shutil.copytree(source / member, folder / member, copy_function=shutil.copy)
    named = f"members = {json.dumps(list(members))}"
    manifest, changed = MEMBERS.subn(named, (source / "Cargo.toml").read_text("utf-8"))
    if changed != 1:
        why = f"{source.name}/Cargo.toml names no members of a workspace"
        raise ProvisionError(why)
    (folder / "Cargo.toml").write_text(manifest, "utf-8")
    (folder / ".cargo").mkdir()
    (folder / ".cargo" / "config.toml").write_text(
        '[source.crates-io]\nreplace-with = "debian"\n'
        f"[source.debian]\ndirectory = {json.dumps(str(registry))}\n",
        "utf-8",
    )


def write(found: Mapping[str, str], report: Path) -> None:
    """Write the outcome of each test by its name as JUnit XML."""
    suite = ET.Element("testsuite")
    for name, outcome in found.items():
        module, _, test = name.rpartition("::")
        case = ET.SubElement(suite, "testcase", classname=module, name=test)
        if outcome in OUTCOMES:
            ET.SubElement(case, OUTCOMES[outcome])
    ET.ElementTree(suite).write(report, "utf-8", xml_declaration=True)


if __name__ == "__main__":
    sys.exit(main())
