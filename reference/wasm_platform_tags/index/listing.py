"""What a text lists, and what fits: an index's page or JSON, a lock file, or names."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from functools import lru_cache
from html.parser import HTMLParser
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import InvalidWheelFilename

from .._choice import python_of, release_of, requires_python_allows, take
from .._text import printable, shortened

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from packaging.version import Version

    from .._target import Explanation, Target

# The start of JSON, not of a line of uv.lock: {url = "https://example.org/demo.whl"}
JSON = re.compile(r"""\s*\{\s*("|\}|\Z)""")
URL = re.compile(r"""https?://[^\s<>",]+""", re.IGNORECASE)
QUOTED = re.compile(r"""["']([^"'/\\<>\s]+\.(?:whl|tar\.gz|zip))["']""")
PATH = re.compile(r"[/\\]|\.whl[?#]", re.IGNORECASE)
AROUND = "()<>,\"'"  # what a text may put around a name
SOURCE = "a source distribution: it has no tags, and is built before it is installed"
# What is not the name of a wheel, by its form; the first that matches says it.
KINDS = tuple(
    (re.compile(pattern, re.DOTALL | re.IGNORECASE), what)
    for pattern, what in (
        (r".+\.whl\.metadata", "the metadata that an index serves beside a wheel"),
        (r".+\.(asc|sig|sigstore|attestation|provenance)", "a signature"),
        (r".+\.(tar\.(gz|bz2|xz|z)|tgz|zip)", SOURCE),
        (
            r".+\.(egg|exe|msi|rpm|conda)",
            "a package of another format, without these tags",
        ),
        (r"#.*", "a comment"),
        (r"--?[a-z][\w-]*([ =].*)?", "an option of a requirements file"),
        (r"https?://.*", "an address that names no file"),
        (r"""\[{1,2}[\w."'-]+\]{1,2}""", "a header of a lock file"),
        (r"- .*|\{.*\},?|[]\[{}(),;]+", "a line of a lock file"),
        (
            r"""["']?[\w.@/-]+["']?\s*(=(?!=)|:)(?!.*\.whl$).*""",
            "a line of a lock file",
        ),
    )
)


class Listed(NamedTuple):
    """A file that a text lists, and what its index says about it."""

    #: where it stands, such as ``"line 3"``
    place: str
    #: the file's name as it was given, else the whole line
    name: str
    #: its Requires-Python, empty if there is none
    requires_python: str = ""
    #: whether it is yanked
    yanked: bool = False
    #: what is wrong with the text as a whole
    error: str | None = None

    @property
    def remark(self) -> str | None:
        """What a malformed Requires-Python gets; it excludes nothing, as in pip."""
        if requires_python_allows(self.requires_python, "3") is not None:
            return None
        return f"Requires-Python {self.requires_python!r} is not understood"

    def left_out(self, python: str) -> str:
        """Say why installers leave it out, whatever its tags; empty if they do not."""
        reasons = ["yanked"] if self.yanked else []
        if requires_python_allows(self.requires_python, python) is False:
            reasons.append(f"Requires-Python {printable(self.requires_python)}")
        return ", ".join(reasons)


class Judged(NamedTuple):
    """A file of a listing, and what targets make of it."""

    listed: Listed
    #: what is wrong with its name, or else what it is if no wheel; else empty
    error: str
    what: str
    #: its three tags as they end its name, empty if it is no wheel
    ending: str
    #: one a target: the verdict, and why installers leave the file out nonetheless
    verdicts: Sequence[Explanation] = ()
    left_out: Sequence[str] = ()


def judge(
    text: str, targets: Sequence[Target]
) -> tuple[list[Judged], dict[str, list[str | None]]]:
    """Judge the files that a text lists, and choose among them, for some targets.

    :param text: names, one a line; a lock file; an index's page or its JSON.
    :param targets: what to choose for.
    :returns: the files as listed; and by project the file that an installer would take
        for each target, None if none fits.
    """
    pythons = [python_of(target) for target in targets]

    @lru_cache(None)  # a verdict depends on the tags alone, and many files share them
    def judged(ending: str) -> list[Explanation]:
        return [target.explain(f"x-0-{ending}") for target in targets]

    files = []
    # For each project and each target, the files that fit, by version.
    fitting: dict[str, list[dict[Version, list[str]]]] = {}
    for listed in listing(text):
        error, what = listed.error or "", not_a_wheel(listed.name) or ""
        if not error and not what:
            try:
                project, version = release_of(listed.name)
            except InvalidWheelFilename as fault:
                error = str(fault)
        if error or what:
            files.append(Judged(listed, error, "" if error else what, ""))
            continue
        ending = "-".join(listed.name.split("-")[-3:])
        left = [listed.left_out(python) for python in pythons]
        files.append(Judged(listed, "", "", ending, judged(ending), left))
        releases = fitting.setdefault(project, [{} for _ in targets])
        for of_target, said, why in zip(releases, judged(ending), left, strict=True):
            if said and not why:
                of_target.setdefault(version, []).append(listed.name)
    return files, {
        project: [take(*pair)[1] for pair in zip(releases, targets, strict=True)]
        for project, releases in fitting.items()
    }


def not_a_wheel(name: str) -> str | None:
    """Say what a name is if it is not meant to be that of a wheel."""
    if name.lower().endswith(".whl"):
        return None
    for pattern, what in KINDS:
        if pattern.fullmatch(name):
            return what
    with suppress(InvalidRequirement):
        Requirement(re.split(r"\s[#\\]|\\$|\s--", name)[0])
        return "a requirement: it names a project, and no file"
    return None


class Links(HTMLParser):
    """The files that the links of a page lead to; the name of a folder is empty."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[Listed] = []
        # Without close(): what is left is no whole tag, and older Pythons look at it
        # again and again.
        with suppress(AssertionError):  # they raise it on "<![x"
            self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a link."""
        link = dict(attrs)
        if tag == "a" and (address := link.get("href")):
            self.found.append(
                Listed(
                    place=f"line {self.getpos()[0]}",
                    name=last_part(address),
                    requires_python=link.get("data-requires-python") or "",
                    yanked="data-yanked" in link,
                )
            )


def listing(text: str) -> Iterator[Listed]:
    """Yield the files that a text lists: as an index does, in links, or plain."""
    text = text.removeprefix("\ufeff")
    if JSON.match(text):
        yield from of_json(text)
        return
    if "<" in text and (links := Links(text).found):
        yield from (link for link in links if link.name)
        return
    for number, line in enumerate(map(str.strip, text.splitlines()), 1):
        for name in of_line(line):
            yield Listed(f"line {number}", name or line)


def of_json(text: str) -> list[Listed]:
    """Read the JSON of an index, or say that it is none.

    What is cut off lists nothing: a name in it may be that of a yanked file.
    """
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        return [Listed("line 1", "{…}", error=f"JSON that cannot be read: {error}")]
    try:
        return [
            Listed(
                place=f"file {number}",
                name=str(file["filename"]),
                # PyPI's own JSON has an underscore.
                requires_python=str(
                    file.get("requires-python") or file.get("requires_python") or ""
                ),
                yanked=bool(file.get("yanked")),  # a string is the reason
            )
            for number, file in enumerate(files_of(data), 1)
        ]
    except (AttributeError, KeyError, TypeError):
        keys = ", ".join(map(shortened, islice(data, 4))) or "nothing"
        why = (
            f'JSON that holds {keys} is no answer of an index: wanted "files", a list'
            ' of objects with a "filename" (PEP 691)'
        )
        return [Listed("line 1", "{…}", error=why)]


def files_of(data: dict[str, Any]) -> Iterable[dict[str, Any]]:
    """Return the files of an index, of PyPI's own JSON, or of a Pyodide's lock file."""
    if "files" in data:
        return list(data["files"])
    if releases := data.get("releases"):
        return chain.from_iterable(releases.values())
    if "packages" in data:  # a name there may be an address
        packages = data["packages"].values()
        return [{"filename": last_part(one["file_name"])} for one in packages]
    return list(data["urls"])


def of_line(line: str) -> Iterator[str]:
    """Yield the names in a line: of its URLs, of a path, or the line itself."""
    if urls := URL.findall(line):
        yield from (last_part(url.strip(AROUND)) for url in urls)
    elif "<" in line:  # HTML is no name, and is shown as it was given
        yield line
    elif quoted := QUOTED.findall(line):
        yield from quoted
    elif line:
        name = line.strip(AROUND)
        if PATH.search(name) and not line.startswith(("#", "-")):
            yield last_part(name)
        else:  # what is no name is shown as it was given
            yield name if name.lower().endswith(".whl") else line


def last_part(address: str) -> str:
    """Return the name of the file at an address, empty if it is that of a folder."""
    return unquote(re.split(r"[/\\]", re.split("[?#]", address)[0])[-1])
