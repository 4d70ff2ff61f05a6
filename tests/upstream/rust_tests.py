"""A Rust project's own tests, with its crates as Debian packages them.

Run as a program in the folder of a source: ``python -m tests.upstream.rust_tests PLAN REPORT``.
PLAN says which crates of the workspace are tested, and lists the packages by path and hash;
REPORT is the JUnit XML that is written. Whatever crate of the workspace is not named is left
out, so that its dependencies need not be there.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from tests.toolkit.cache import ProvisionError
from tests.toolkit.debian import MIRRORS, Package

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

# These packages are newer than what the rest of the project takes from Debian.
NEWER = (MIRRORS[0], MIRRORS[1].replace("20261101", "20261127"))
REGISTRY = Path("usr", "share", "cargo", "registry")
MEMBERS = re.compile(r"^members = \[.*?\]", re.MULTILINE | re.DOTALL)
RAN = re.compile(
    r"^test (\S+)(?: - should panic)? \.\.\. (ok|FAILED|ignored)", re.MULTILINE
)
OUTCOMES = {"FAILED": "failure", "ignored": "skipped"}
STAMP = ".whole"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the tests; cargo's exit code, or 2 if they could not be started."""
    plan_file, report = map(Path, sys.argv[1:] if arguments is None else arguments)
    plan = json.loads(plan_file.read_bytes())
    source = Path.cwd()
    place = report.resolve().parent
    if not shutil.which("cargo"):
        print("cargo is not installed, and it runs these tests", file=sys.stderr)
        return 2
    # One folder for both sources, one after the other: the crates are compiled once.
    with locked(place / "crates.lock"):
        try:
            registry = provide(plan["packages"], place / "crates")
            workspace(source, plan["members"], place / "workspace", registry)
        except ProvisionError as error:
            print(error, file=sys.stderr)
            return 2
        said = subprocess.run(
            ["cargo", "test", "--offline", "--ignore-rust-version", *plan["arguments"]],
            cwd=place / "workspace",
            env={**os.environ, "CARGO_TARGET_DIR": str(place / "target")},
            capture_output=True,
            text=True,
            check=False,
        )
    print(said.stdout, said.stderr, sep="\n")
    if found := dict(RAN.findall(said.stdout)):
        write(found, report)
    return said.returncode


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Wait for another run in the same folders."""
    import fcntl  # noqa: PLC0415 - it is not on Windows, and this module is imported there

    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def provide(packages: Mapping[str, str], folder: Path) -> Path:
    """Unpack the packages once; where cargo finds the crates."""
    stamp = folder / STAMP
    whole = json.dumps(packages)
    if not stamp.exists() or stamp.read_text("utf-8") != whole:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for path, sha256 in packages.items():
            Package(path, sha256).unpack(folder, NEWER)
        stamp.write_text(whole, "utf-8")
    return folder / REGISTRY


def workspace(
    source: Path, members: Sequence[str], folder: Path, registry: Path
) -> None:
    """Lay a workspace of these crates alone, which looks nowhere else for others."""
    shutil.rmtree(folder, ignore_errors=True)
    for member in members:
        if not (source / member).is_dir():
            raise ProvisionError(f"{source.name} has no crate {member}")
        # As if written now, or cargo would take what it built of the other source.
        shutil.copytree(source / member, folder / member, copy_function=shutil.copy)
    named = f"members = {json.dumps(list(members))}"
    manifest, changed = MEMBERS.subn(named, (source / "Cargo.toml").read_text("utf-8"))
    if changed != 1:
        raise ProvisionError(
            f"{source.name}/Cargo.toml names no members of a workspace"
        )
    (folder / "Cargo.toml").write_text(manifest, "utf-8")
    settings = folder / ".cargo"
    settings.mkdir()
    (settings / "config.toml").write_text(
        '[source.crates-io]\nreplace-with = "debian"\n'
        f"[source.debian]\ndirectory = {json.dumps(str(registry))}\n",
        "utf-8",
    )


def write(found: Mapping[str, str], report: Path) -> None:
    """Write a report of the tests by name."""
    suite = ET.Element("testsuite")
    for name, outcome in found.items():
        module, _, test = name.rpartition("::")
        case = ET.SubElement(suite, "testcase", classname=module, name=test)
        if outcome in OUTCOMES:
            ET.SubElement(case, OUTCOMES[outcome])
    ET.ElementTree(suite).write(report, "utf-8", xml_declaration=True)


if __name__ == "__main__":
    sys.exit(main())
