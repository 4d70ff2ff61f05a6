"""Print a summary of the PEP draft for a forum that runs Discourse.

Run ``python -m docs.discourse --base-url https://example.org/site/`` in a checkout. Every
link is a permalink below that address. The text is the draft's Abstract.
"""

from __future__ import annotations

import argparse
import re
import sys
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from docs.objections import objections
from tests.toolkit.pep_text import HEADING, TEXT, anchored, keywords, paragraphs

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

DISCUSSIONS_TO = (
    "Discussions-To: _the address of this thread, to be put into the draft_"
)
EXAMPLE = "an address such as https://example.org/site/"
PAGES = {
    "docs/explorer.html": "Ask the library about any wheel, in your browser",
    "docs/requirements.html": "Every requirement, with the cases that test it",
    "docs/support.html": "What each installer, index and builder does today, as measured",
    "docs/why-exact.html": "Why the match is exact: what breaks otherwise",
    "docs/wasi.html": "A WASI wheel from end to end",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Print the summary; 2 means bad input."""
    parser = argparse.ArgumentParser(prog="docs.discourse", description=__doc__)
    parser.add_argument("--base-url", required=True, help="where the site is published")
    base = parser.parse_args(argv).base_url
    if wanted := fault(base):
        sys.stderr.write(f"docs.discourse: bad --base-url {base!r}: wanted {wanted}\n")
        return 2
    sys.stdout.write("\n".join(summary(base.rstrip("/") + "/")) + "\n")
    return 0


def fault(base: str) -> str | None:
    """Return what is wanted instead of a bad address, None if it is good."""
    try:
        address = urlsplit(base)
    except ValueError:  # half a bracket of an IPv6 address
        return EXAMPLE
    if address.scheme not in {"http", "https"} or not address.hostname:
        return EXAMPLE
    if address.path.endswith(".html"):
        return f"the folder of the site, {EXAMPLE}"
    if re.search(r"[\s()<>]", base):
        return "no blank and no bracket, which end a link in Markdown"
    return "no query and no fragment" if re.search(r"[?#]", base) else None


def summary(base: str) -> Iterator[str]:
    """Yield the lines of the summary."""
    pep = f"{base}pep/pep-9999.html"
    title = re.search(r"^Title: (.+)$", TEXT, re.MULTILINE)
    assert title  # noqa: S101 - the PEP's own tests see to it
    yield f"# {title[1]}"
    yield f"\n{DISCUSSIONS_TO}\n\n[The whole draft]({pep})\n"
    for part in section("Abstract"):
        yield f"{markdown(part)}\n"
    yield "## What can be checked\n"
    for page, text in PAGES.items():
        yield f"* [{text}]({base}{page})"
    yield "\n## Where to find what\n"
    yield from details("The sections", sections(pep))
    yield from details("The requirements", requirements(pep))
    yield from details("Objections, and their status", answered(base))
    yield f"## Open issues\n\n[In the draft]({pep}#pep-9999-open-issues):\n"
    for part in section("Open Issues"):
        yield markdown(part)


def details(title: str, lines: Iterator[str]) -> Iterator[str]:
    """Yield lines that Discourse folds under a title."""
    yield f'[details="{title}"]\n'
    yield from lines
    yield "\n[/details]\n"


def section(name: str) -> Iterator[str]:
    """Yield the paragraphs and the list items of a section, up to the next heading."""
    inside = False
    for part in paragraphs():
        if HEADING.fullmatch(part):
            inside = part.splitlines()[0] == name
        elif inside and not part.startswith(".. "):
            yield from re.split(r"\n(?=\* )", part)


def sections(pep: str) -> Iterator[str]:
    """Yield a link to each section, by the id that docutils makes of its title."""
    for part in paragraphs():
        if HEADING.fullmatch(part) and part.endswith("="):
            title = part.splitlines()[0]
            yield f"* [{title}]({pep}#{re.sub('[^a-z0-9]+', '-', title.lower())})"


def answered(base: str) -> Iterator[str]:
    """Yield a link to each objection, with its status."""
    for one in objections():
        address = f"{base}docs/objections.html#objection-{one.number}"
        yield f"{one.number}. [{one.title}]({address}): {one.status}"


def requirements(pep: str) -> Iterator[str]:
    """Yield a link to each requirement, with its key words, under their headings."""
    heading = shown = ""
    for slug, part in anchored():
        if HEADING.fullmatch(part):
            heading = part.splitlines()[0]
        if slug:
            if heading != shown:
                yield f"\n**{heading}**\n"
                shown = heading
            yield f"* [{slug}]({pep}#pep-9999-{slug}): {', '.join(keywords(part))}"


def markdown(text: str) -> str:
    """Turn a paragraph of the draft's reStructuredText into Markdown."""
    text = " ".join(text.split())
    text = re.sub(r"``(.+?)``", r"`\1`", text)
    text = re.sub(r":pep:`(?:[^`<]*<)?(\d+)(?:#([\w-]+))?>?`", pep_link, text)
    text = re.sub(r":\w+:`([^`<]+?)(?: <[^`]*>)?`", r"\1", text)
    text = re.sub(r"`([^`<]+?) <(https?://[^>`]+)>`__?", r"[\1](\2)", text)
    text = re.sub(r"(?<!`)`([^`<]+?)(?: <[^>`]+>)?`__?", r"\1", text)
    return re.sub(r" ?\[#[\w-]+\]_", "", text)


def pep_link(match: re.Match[str]) -> str:
    """Return a link to another PEP."""
    anchor = f"#{match[2]}" if match[2] else ""
    return f"[PEP {match[1]}](https://peps.python.org/pep-{match[1]:0>4}/{anchor})"


if __name__ == "__main__":
    sys.exit(main())
