"""The text of the PEP: its lines, named blocks, tables, anchors and requirements.

``python -m tests.toolkit.pep_text`` writes the support files that repeat the text or the
library's data; tests fail when they drift.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

FOLDER = Path(__file__).parents[2] / "pep"
PEP = FOLDER / "pep-9999.rst"
SUPPORT = FOLDER / "pep-9999"
TEXT = PEP.read_text("utf-8")
LINES = TEXT.splitlines()
LIBRARY = FOLDER.parent / "reference" / "wasm_platform_tags"
REGISTRY = ("platforms.json", "platforms.schema.json")

ANCHOR = re.compile(r"\.\. _pep-9999-([a-z0-9-]+):")
HEADING = re.compile(r".+\n([=\-'])\1{3,}")
# RFC 2119; the negations first, or their first word would be found alone.
KEYWORD = re.compile(
    r"\b(MUST NOT|MUST|SHALL NOT|SHALL|SHOULD NOT|SHOULD|NOT RECOMMENDED"
    r"|RECOMMENDED|REQUIRED|MAY|OPTIONAL)\b"
)
KEYWORDS_EXPLAINED = 'The key words "MUST"'


def block(name: str) -> str:
    """Return the content of the directive with that ``:name:``."""
    found = re.search(rf":name: {name}\n\n((?:(?: {{4}}.*)?\n)+)", TEXT)
    assert found, f"no block {name}"
    return dedent(found[1]).strip("\n")


def rows(name: str) -> list[list[str]]:
    """Return the cells of the simple table with that ``:name:``, without its head."""
    lines = block(name).splitlines()
    starts = [edge.start() for edge in re.finditer("=+", lines[0])]
    ends = [*starts[1:], None]
    return [
        [line[a:b].strip().strip("`") for a, b in zip(starts, ends, strict=True)]
        for line in lines[3:-1]
    ]


def grammar(text: str = TEXT) -> list[str]:
    """Return the regular expressions of the grammar, which stand alone on a line."""
    return [line.strip() for line in text.splitlines() if line.startswith(r"    \A")]


def paragraphs(text: str = TEXT) -> list[str]:
    """Return what blank lines divide: paragraphs, list items, targets, headings."""
    return [part.strip("\n") for part in re.split(r"\n{2,}", text) if part.strip()]


def anchored(text: str = TEXT) -> Iterator[tuple[str, str]]:
    """Yield every paragraph with the slug of the anchor before it, or ""."""
    before = ""
    for part in paragraphs(text):
        match = ANCHOR.fullmatch(before)
        yield (match[1] if match and not HEADING.fullmatch(part) else ""), part
        before = part


def requirements(text: str = TEXT) -> dict[str, str]:
    """Return every anchored paragraph by the slug of its anchor."""
    found: dict[str, str] = {}
    for slug, part in anchored(text):
        assert slug not in found, f"two anchors {slug}"
        if slug:
            found[slug] = part
    return found


def keywords(paragraph: str) -> list[str]:
    """Return the key words of a paragraph, each once, in their order."""
    return list(dict.fromkeys(KEYWORD.findall(" ".join(paragraph.split()))))


def without_anchor(text: str = TEXT) -> list[str]:
    """Return the normative paragraphs without an anchor before them."""
    return [
        part
        for slug, part in anchored(text)
        if keywords(part) and not slug and not part.startswith(KEYWORDS_EXPLAINED)
    ]


def write_support_files() -> None:
    """Write the support files that repeat the text or the library's data."""
    found = {slug: keywords(text) for slug, text in requirements().items()}
    lines = [f"    {json.dumps(slug)}: {json.dumps(found[slug])}" for slug in found]
    description = json.dumps(
        "Every requirement of the PEP with the key words of its paragraph, in the order"
        " of the text. Its anchor is pep-9999- and the name."
    )
    (SUPPORT / "requirements.json").write_text(
        f'{{\n  "description": {description},\n  "requirements": {{\n'
        + ",\n".join(lines)
        + "\n  }\n}\n",
        "utf-8",
    )
    for name in REGISTRY:
        (SUPPORT / name).write_bytes((LIBRARY / name).read_bytes())


if __name__ == "__main__":
    write_support_files()
