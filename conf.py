"""Sphinx configuration: ``sphinx-build -W . _build/html`` builds the whole site."""

import sys
from pathlib import Path

ROOT = Path(__file__).parent
sys.path[:0] = map(str, (ROOT / "docs" / "_ext", ROOT / "reference", ROOT))

project = "wasm-platform-tags"
author = "wasm-platform-tags maintainers"
html_title = "Platform tags for Python on WebAssembly"

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "links",
    "pep",
    "platforms",
    "preview",
    "conformance",
    "datapages",
    "explorer",
    "requirements",
    "native",
    "abi",
    "audit",
    "commands",
]
# Name what is a page: whatever else lies in the checkout can never leak in.
include_patterns = [
    "index.md",
    "docs/*.md",
    "docs/guides/*.md",
    "docs/results/*.md",
    "pep/*.rst",
    "tests/conformance/cases/*/*.json",
    "tests/conformance/results/*.json",
]
source_suffix = {".md": "markdown", ".rst": "pep", ".json": "conformance"}
root_doc = "index"

nitpicky = True
# No inventory is downloaded, so names of other projects stay plain text.
nitpick_ignore_regex = [(r"py:.*", r"packaging\..*|Environment|ModuleType|Tag")]
autodoc_typehints = "description"
autodoc_member_order = "bysource"
# As written: the repr of a module names a folder of whoever builds.
autodoc_preserve_defaults = True
myst_heading_anchors = 3
myst_enable_extensions = ["deflist"]

# Quotes, but not dashes: "--platform" is an option.
smartquotes_action = "q"

html_theme = "furo"
templates_path = ["docs/_templates"]
html_static_path = ["docs/_static"]
html_favicon = "docs/_static/icon.svg"
html_css_files = ["site.css"]
html_copy_source = False
html_show_copyright = False
