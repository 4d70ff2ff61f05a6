"""Fixtures that make small projects: an archive, a change and a record."""

import hashlib
import json
import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.toolkit.paths import UPSTREAM

from .packaging_guide import diff
from .records import SCHEMA

# The project's tests: a program without dependencies that writes JUnit XML.
SUITE = """\
import sys
from pathlib import Path
from answer import answer
cases = ["test_old"] + (["test_new"] if answer == 42 else [])
xml = "".join(f'<testcase classname="t" name="{name}"/>' for name in cases)
Path(sys.argv[1]).write_text(f"<testsuites><testsuite>{xml}</testsuite></testsuites>")
"""
BEFORE = "# one\n# two\nanswer = 41\n# four\n"
AFTER = BEFORE.replace("41", "42")
COMMAND = ["{python}", "suite.py", "{report}"]

Make = Callable[..., Path]


@pytest.fixture
def records(tmp_path: Path) -> Path:
    """Return a folder like ``reference/upstream``, with no project yet."""
    root = tmp_path / "records"
    root.mkdir()
    shutil.copy(UPSTREAM / SCHEMA, root)
    return root


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """Return a cache that will have the archives, so that nothing is downloaded."""
    return tmp_path / "cache"


@pytest.fixture
def make(records: Path, cache: Path, tmp_path: Path) -> Make:
    """Return a function that makes a project, with the given members of its record."""

    def make(name: str, *, patch: str = "", **given: Any) -> Path:
        tree = tmp_path / "trees" / f"{name}-1.0"
        tree.mkdir(parents=True)
        (tree / "answer.py").write_text(BEFORE, "utf-8")
        (tree / "suite.py").write_text(SUITE, "utf-8")
        archive = cache / "upstream" / "archives" / f"{tree.name}.tar.gz"
        archive.parent.mkdir(parents=True, exist_ok=True)
        with tarfile.open(archive, "w:gz") as packed:
            packed.add(tree, tree.name)
        folder = records / name
        folder.mkdir()
        patch = patch or diff(BEFORE, AFTER, "answer.py")
        (folder / "change.patch").write_text(patch, "utf-8")
        (folder / "pull-request.md").write_text("# Right answer\n", "utf-8")
        sha256 = hashlib.sha256(archive.read_bytes()).hexdigest()
        record = {
            "project": name,
            "version": "1.0",
            "source": {"pypi": archive.name, "sha256": sha256},
            "change": "change.patch",
            "python": ">=3.10",
            "gain": "The right answer.",
            "state": "patched and run",
            "tests": {"command": COMMAND, "seconds": 60},
            "references": [],
            **given,
        }
        (folder / "record.json").write_text(json.dumps(record), "utf-8")
        return folder

    return make
