"""The folders of the checkout that several applications use."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "reference"
UPSTREAM = REFERENCE / "upstream"
TESTS = ROOT / "tests"
CONFORMANCE = TESTS / "conformance"
# Git ignores it; everything in it can be downloaded or built again.
CACHE = ROOT / ".cache"
# Where the applications keep what they download, by default.
DOWNLOADS = CACHE / "matrix"
