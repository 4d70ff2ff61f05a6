"""Dummy wheels: each has one tiny package, with the name of the wheel's file in it."""

import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from wheel.wheelfile import WheelFile  # type: ignore[import-untyped]

METADATA = "Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
# The project that every project of a dependency case depends on.
NEEDED = "needed"
WHEEL = "Wheel-Version: 1.0\nGenerator: {name}\nRoot-Is-Purelib: {pure}\n"


def write_wheel(folder: Path, filename: str, requires: Sequence[str] = ()) -> Path:
    """Write a wheel with this name; its tags are those of the name."""
    parts = filename.removesuffix(".whl").split("-")
    if not filename.endswith(".whl") or len(parts) not in (5, 6):
        raise ValueError(
            f"{filename!r} is not a wheel file name:"
            " NAME-VERSION[-BUILD]-PYTHON-ABI-PLATFORM.whl is wanted (PEP 427)"
        )
    name, version, *build, python, abi, platform = parts
    pure = "true" if platform == "any" else "false"
    lines = [WHEEL.format(name=name, pure=pure)]
    lines += [f"Build: {number}\n" for number in build]
    lines += [
        f"Tag: {a}-{b}-{c}\n"
        for a in python.split(".")
        for b in abi.split(".")
        for c in platform.split(".")
    ]
    info = f"{name}-{version}.dist-info"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / filename
    with WheelFile(path, "w") as wheel:
        wheel.writestr(f"{name}/__init__.py", f"WHEEL = {filename!r}\n")
        metadata = METADATA.format(name=name, version=version)
        metadata += "".join(f"Requires-Dist: {line}\n" for line in requires)
        wheel.writestr(f"{info}/METADATA", metadata)
        wheel.writestr(f"{info}/WHEEL", "".join(lines))
    return path


def write_project(root: Path, project: str, filenames: Iterable[str]) -> list[Path]:
    """Write the wheels of one project into a folder of its own, for --find-links."""
    return [write_wheel(root / project, filename) for filename in filenames]


def dependent_wheels(project: str) -> tuple[str, str]:
    """Return the names of the two wheels that `write_dependent` writes."""
    names = (project.replace("-", "_"), NEEDED)
    first, second = (f"{name}-1.0-py3-none-any.whl" for name in names)
    return first, second


def write_dependent(root: Path, project: str, marker: str) -> tuple[Path, Path]:
    """Write a project that needs another one under a marker, and the other one."""
    first, second = dependent_wheels(project)
    return (
        write_wheel(root / project, first, [f"{NEEDED}; {marker}"]),
        write_wheel(root / project, second),
    )


def retag(wheel: Path, platform: str, folder: Path) -> Path:
    """Return a copy of a wheel with another platform in its name and metadata."""
    copy = shutil.copy(wheel, folder)
    command = [sys.executable, "-m", "wheel", "tags", "--platform-tag", platform, copy]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return folder / done.stdout.strip()
