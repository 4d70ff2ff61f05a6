"""Write a copy of a wheel under another platform tag.

``wheel tags`` of the package wheel changes the name, ``WHEEL`` and ``RECORD`` of the copy.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from packaging.utils import InvalidWheelFilename

from .._errors import WasmPlatformTagsError
from .._platforms import parse_platform_tag
from .._select import parse
from .report import audit

# The rules that the copy must keep, whatever its modules have.
_WRITTEN = ("wheel-tags", "wheel-record")


class RetagError(WasmPlatformTagsError, ValueError):
    """No copy was written; the message says why."""


def platforms_after(wheel: Path, to: str, *, add: bool) -> list[str]:
    """Return the platform tags that the copy of a wheel will have, sorted.

    :param wheel: the file; only its name is used.
    :param to: the portable platform tag to write.
    :param add: whether the old platform tags stay.
    :raises InvalidPlatformTag: if `to` is not a portable tag.
    :raises RetagError: if nothing would change, or it is not the name of a wheel.
    """
    parse_platform_tag(to)
    try:
        _, tags = parse(wheel.name)
    except InvalidWheelFilename as error:
        raise RetagError(str(error)) from None
    old = {tag.platform for tag in tags}
    new = old | {to} if add else {to}
    if new == old:
        raise RetagError(f"{wheel.name} has the platform tag {to} already")
    return sorted(new)


def retag(
    wheel: Path, to: str, *, add: bool = False, folder: Path | None = None
) -> Path:
    """Write a copy of a wheel under another platform tag.

    The wheel itself does not change. The copy is written whole or not at all, and never
    replaces a file.

    :param wheel: the file.
    :param to: the portable platform tag to write.
    :param add: whether the old platform tags stay.
    :param folder: where the copy is written, by default beside the wheel.
    :returns: the new file.
    :raises RetagError: if there is a file of that name, or the wheel cannot be read.
    :raises InvalidPlatformTag: if `to` is not a portable tag.
    :raises OSError: if the file cannot be read or written.
    """
    platforms_after(wheel, to, add=add)
    folder = folder or wheel.parent
    # On the same disk, so that the copy can be moved in one step.
    with tempfile.TemporaryDirectory(dir=folder, prefix=".retag-") as scratch:
        copy = Path(shutil.copy(wheel, scratch)).absolute()
        option = f"--platform-tag={'+' if add else ''}{to}"
        done = subprocess.run(
            [sys.executable, "-m", "wheel", "tags", "--remove", option, str(copy)],
            capture_output=True,
            text=True,
            check=False,
            cwd=scratch,  # -m takes modules from there before all others
        )
        if done.returncode:
            raise RetagError(f"`wheel tags` failed: {_last_line(done.stderr)}")
        (made,) = Path(scratch).iterdir()
        wrong = [one for one in audit(made).findings if one.rule in _WRITTEN]
        if wrong:
            raise RetagError(
                f"`wheel tags` wrote {wrong[0].member}: {wrong[0].message}"
            )
        target = folder / made.name
        _place(made, target)
    return target


def _last_line(stderr: str) -> str:
    last = (stderr.strip().splitlines() or ["it said nothing"])[-1]
    if last.startswith("AssertionError: "):  # from its comparison of WHEEL and name
        return (
            "it wants the tags and the build number in WHEEL as they are spelled"
            " in the file name"
        )
    return last


def _place(made: Path, target: Path) -> None:
    """Move a file to where none is, in one step where the disk can."""
    try:
        os.link(made, target)
    except FileExistsError:
        raise RetagError(f"{target} exists; it is not overwritten") from None
    except OSError:  # a disk without links
        try:
            target.touch(exist_ok=False)  # reserves the name
        except FileExistsError:
            raise RetagError(f"{target} exists; it is not overwritten") from None
        try:
            made.replace(target)
        except OSError:
            target.unlink()
            raise
