"""Sphinx configuration: ``sphinx-build -W . _build/html`` builds the whole site."""

import json
import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).parent
sys.path[:0] = map(str, (ROOT / "docs" / "_ext", ROOT / "reference", ROOT))
RESULTS = sorted((ROOT / "tests" / "matrix" / "results").glob("*.json"))
MEASURED = {json.loads(file.read_text("utf-8"))["measured"] for file in RESULTS}

project = "wasm-platform-tags"
author = "wasm-platform-tags maintainers"
html_title = "Platform tags for Python on WebAssembly"

extensions = [
    "myst_parser",
    "notfound.extension",
    "sphinx.ext.autodoc",
    "sphinx_copybutton",
    "sphinx_design",
    "sphinx_reredirects",
    "sphinxcontrib.programoutput",
    "commands",
    "pep",
    "conformance",
    "datapages",
    "explorer",
    "requirements",
    "native",
    "pictures",
    "abi",
]
# Name what is a page: whatever else lies in the checkout can never leak in.
include_patterns = [
    "index.md",
    "docs/*.md",
    "docs/guides/*.md",
    "docs/results/*.md",
    "pep/*.rst",
    "reference/upstream/*/record.json",
    "tests/conformance/cases/*/*.json",
    "tests/matrix/results/*.json",
]
exclude_patterns = ["**/README.md"]
source_suffix = {".md": "markdown", ".rst": "pep", ".json": "conformance"}
root_doc = "index"

nitpicky = True
# No inventory is downloaded, so names of other projects stay plain text.
nitpick_ignore_regex = [
    (r"py:.*", r"packaging\..*|Environment|ModuleType|Tag(\.platform)?")
]
autodoc_typehints = "description"
autodoc_member_order = "bysource"
# As written: the repr of a module names a folder of whoever builds.
autodoc_preserve_defaults = True
myst_heading_anchors = 3
myst_enable_extensions = ["deflist"]

# Quotes, but not dashes: "--platform" is an option.
smartquotes_action = "q"

# A prompt is shown and not copied; neither is what a command printed.
copybutton_prompt_text = r"\$ |>>> |\.\.\. "
copybutton_prompt_is_regexp = True
copybutton_line_continuation_character = "\\"

html_theme = "furo"
templates_path = ["docs/_templates"]
html_static_path = ["docs/_static"]
html_favicon = "docs/_static/icon.svg"
html_css_files = ["site.css"]
html_search_scorer = "docs/_static/scorer.js"
html_copy_source = False
html_show_copyright = False

# Where the site is published, if that is known: for og:url, and for links on the page 404.
html_baseurl = os.environ.get("WASM_TAGS_SITE_URL", "")
notfound_urls_prefix = urlsplit(html_baseurl).path or "/"
notfound_context = {"title": "Page not found"}
notfound_template = "404.html"

# Where pages went, from their old addresses, fragments and all.
redirects = {
    "docs/installer-authors": "/docs/guides/installer-authors.html",
    "docs/guides/index": "/index.html",
    **{
        f"tests/conformance/results/{file.stem}": f"/tests/matrix/results/{file.stem}.html"
        for file in RESULTS
    },
}
redirect_html_template_file = "docs/_templates/redirect.html"

# The state of the draft, in a box on every page (docs/_templates/status.html).
html_context = {
    "site_about": "Which wheel fits which Python in a browser, under Node.js or in a WASI"
    " host: a PEP draft, a reference library, and what today's installers do.",
    "status": {
        "state": "Draft, not submitted",
        "number": "PEP 9999 is a placeholder number",
        "measured": (min(MEASURED), max(MEASURED)),
        "source": "docs/install",  # the address of the repository, once it has one
        "discuss": "https://discuss.python.org/c/packaging/14",
        "thread": "no thread yet",
    },
}
