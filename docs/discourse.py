"""Print a summary of the PEP draft for a forum that runs Discourse.

``python -m docs.discourse --base-url https://example.org/site/`` in a checkout; every
link is a permalink below that address. The text is the draft's own Abstract.
"""

from __future__ import annotations

import argparse
import re
import sys
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tests.unit.pep_text import HEADING, TEXT, anchored, keywords, paragraphs

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

DISCUSSIONS_TO = (
    "Discussions-To: _the address of this thread, to be put into the draft_"
)
PAGES = {
    "docs/explorer.html": "Ask the library about any wheel, in your browser",
    "docs/requirements.html": "Every requirement, with the cases that test it",
    "docs/results.html": "What real installers make of the cases",
    "docs/why-exact.html": "Why the match is exact: what breaks otherwise",
    "docs/wasi.html": "A WASI wheel from end to end",
    "docs/objections.html": "Objections, and where each is answered",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Print the summary; 2 means bad input."""
    parser = argparse.ArgumentParser(prog="docs.discourse", description=__doc__)
    parser.add_argument("--base-url", required=True, help="where the site is published")
    base = parser.parse_args(argv).base_url
    address = urlsplit(base)
    if address.scheme not in {"http", "https"} or not address.netloc:
        sys.stderr.write(
            f"docs.discourse: bad --base-url {base!r}: wanted an address such as"
            " https://example.org/site/\n"
        )
        return 2
    if address.query or address.fragment:
        sys.stderr.write(
            f"docs.discourse: bad --base-url {base!r}: wanted no query and no fragment\n"
        )
        return 2
    sys.stdout.write("\n".join(summary(base.rstrip("/") + "/")) + "\n")
    return 0


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
    yield '\n[details="The requirements, each with a permalink"]\n'
    for heading, slug, text in requirements():
        if heading:
            yield f"\n**{heading}**\n"
        yield f"* [{slug}]({pep}#pep-9999-{slug}): {', '.join(keywords(text))}"
    yield "\n[/details]\n"
    yield f"## Open issues\n\n[In the draft]({pep}#pep-9999-open-issues):\n"
    for part in section("Open Issues"):
        yield f"{markdown(part)}\n"


def section(name: str) -> Iterator[str]:
    """Yield the paragraphs of a section, up to the next heading."""
    inside = False
    for part in paragraphs():
        if HEADING.fullmatch(part):
            inside = part.splitlines()[0] == name
        elif inside and not part.startswith(".. "):
            yield part


def requirements() -> Iterator[tuple[str, str, str]]:
    """Yield each requirement; the heading only where it changes."""
    heading = shown = ""
    for slug, part in anchored():
        if HEADING.fullmatch(part):
            heading = part.splitlines()[0]
        if slug:
            yield (heading if heading != shown else ""), slug, part
            shown = heading


def markdown(text: str) -> str:
    """Turn a paragraph of the draft's reStructuredText into Markdown."""
    text = " ".join(text.split())
    text = re.sub(r"``(.+?)``", r"`\1`", text)
    text = re.sub(r":pep:`(?:[^`<]*<)?(\d+)(?:#([\w-]+))?>?`", pep_link, text)
    text = re.sub(r":\w+:`([^`<]+?)(?: <[^`]*>)?`", r"\1", text)
    text = re.sub(r"`([^`<]+?) <(https?://[^>`]+)>`__?", r"[\1](\2)", text)
    text = re.sub(r"`([^`<]+?) <[^>`]+>`__?", r"\1", text)
    return re.sub(r" ?\[#[\w-]+\]_", "", text)


def pep_link(match: re.Match[str]) -> str:
    """Return a link to another PEP."""
    anchor = f"#{match[2]}" if match[2] else ""
    return f"[PEP {match[1]}](https://peps.python.org/pep-{match[1]:0>4}/{anchor})"


if __name__ == "__main__":
    sys.exit(main())
