"""Wheels under other names, and wheels unpacked without asking an installer."""

import re
import zipfile
from pathlib import Path

SUFFIX = re.compile(r"\.cpython-3[0-9]+-(wasm32-\w+\.so)$")


def renamed(
    wheel: Path, folder: Path, platform: str, python: str = "", *, inside: bool = False
) -> Path:
    """The same wheel under the name, and with the WHEEL file, of another platform.

    With `inside`, the extension modules are renamed as well, to another CPython's suffix.
    """
    parts = wheel.name.removesuffix(".whl").split("-")
    tag = f"{python or parts[-3]}-{python or parts[-2]}-{platform}"
    path = folder / "-".join([*parts[:-3], f"{tag}.whl"])
    suffix = rf".cpython-{python[2:]}-\1" if inside and python else r"\g<0>"
    with zipfile.ZipFile(wheel) as old, zipfile.ZipFile(path, "w") as new:
        for entry in old.infolist():
            data = old.read(entry)
            if entry.filename.endswith(".dist-info/WHEEL"):
                kept = [x for x in data.decode().splitlines() if "Tag:" not in x]
                data = "\n".join([*filter(None, kept), f"Tag: {tag}", ""]).encode()
            if not entry.filename.endswith(".dist-info/RECORD"):
                new.writestr(SUFFIX.sub(suffix, entry.filename), data)
        record = f"{parts[0]}-{parts[1]}.dist-info/RECORD"
        rows = [f"{name},," for name in [*new.namelist(), record]]
        new.writestr(record, "\n".join([*rows, ""]))
    return path


def unpack(wheel: Path, site: Path) -> Path:
    """Install by hand, asking nobody."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    return site
