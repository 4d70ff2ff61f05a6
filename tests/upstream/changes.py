"""Apply a change to a source, and count the lines of a patch."""

import re
import shutil
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.toolkit.process import CompletedProcess, clean_environment

from .steps import StepError

STEP = "change"
# The line of git for a hunk whose lines are not in the source.
FAILED = re.compile(
    r"^error: (?:patch failed: (.+)|(.+: No such file or directory))$", re.MULTILINE
)
HUNK = re.compile(r"@@ -\d+(?:,(?P<old>\d+))? \+\d+(?:,(?P<new>\d+))? @@")
NEW = re.compile(r"\+\+\+ (?:b/)?(?P<path>[^\t\n]+)")
OLD = re.compile(r"--- (?:a/)?(?P<path>[^\t\n]+)")
PATCH = ("patch", "-p1", "--dry-run", "--force", "--fuzz=0", "-i")

Lines = dict[str, tuple[int, int]]


def apply(change: Path, source: Path, run: Callable[..., CompletedProcess]) -> None:
    """Apply a change to a source, in place.

    :param run: runs a program there, as `Project.run` does for a step.
    :raises StepError: with each hunk that does not apply; the source is unchanged.
    """
    if change.suffix == ".py":
        done = run([sys.executable, change, source], check=False)
        if done.status:
            raise StepError(STEP, f"{change.name} refused", done.text)
        return
    if not shutil.which("git"):
        raise StepError(STEP, "git is not installed, and it applies the change")
    # Otherwise git takes the source for a part of the repository around it.
    env = clean_environment(GIT_CEILING_DIRECTORIES=str(source.parent))
    done = run(["git", "apply", "--check", "--verbose", change], env=env, check=False)
    if done.status:
        hunks = [hunk or file for hunk, file in FAILED.findall(done.text)]
        which = ", ".join(hunks) or "the whole"
        raise StepError(STEP, f"{change.name} does not apply at {which}", done.text)
    if shutil.which("patch"):  # for those who have an archive and no git
        run([*PATCH, change])
    run(["git", "apply", change], env=env)


def counted(patch: str) -> Lines:
    """Return the number of lines that a unified diff adds to and removes from each file."""
    found: Lines = {}
    old = new = 0
    before = name = ""
    for line in patch.splitlines():
        if old > 0 or new > 0:
            added, removed = found[name]
            kind = line[:1]
            old -= kind in {"-", " ", ""}
            new -= kind in {"+", " ", ""}
            found[name] = added + (kind == "+"), removed + (kind == "-")
        elif match := OLD.match(line):
            before = match["path"]
        elif match := NEW.match(line):
            name = before if match["path"] == "/dev/null" else match["path"]
            found.setdefault(name, (0, 0))
        elif (match := HUNK.match(line)) and name:
            old, new = (int(match[g] or 1) for g in ("old", "new"))
    return found


def total(lines: Mapping[str, tuple[int, int]]) -> tuple[int, int]:
    """Return how many lines are added, and how many removed, in all files."""
    return sum(a for a, _ in lines.values()), sum(r for _, r in lines.values())
