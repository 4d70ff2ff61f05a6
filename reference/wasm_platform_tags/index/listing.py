"""Read the files that a text lists, and say which of them fit a target.

The tag explorer runs this module in a browser, where neither pypi-simple nor pydantic can
be loaded. So an HTML page is read with the standard library.
"""

from __future__ import annotations

import re
import sys
from contextlib import suppress
from functools import lru_cache
from html.parser import HTMLParser
from importlib import import_module
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import InvalidWheelFilename

from .._select import python_of, release_of, requires_python_allows
from .._text import printable, shortened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from .._explain import Explanation
    from .._target import Target

JSON = re.compile(r"""\s*\{\s*("|\}|\Z)""")
#: the first line of TOML that is no comment: a header, or a key and its value
TOML = re.compile(r"""\[{1,2}[\w."'-]+\]{1,2}|["'\w][\w."'-]*\s*=(?!=)""")
URL = re.compile(r"""https?://[^\s<>",]+""", re.IGNORECASE)
NO_INDEX = (
    'no answer of an index: wanted "files", a list of objects with a "filename"'
    " (PEP 691)"
)
NO_LOCK = "no lock file: wanted pylock.toml, uv.lock, poetry.lock or pdm.lock"
FILE_KEYS = ("name", "filename", "file", "path")
AROUND = "(),\"'"  # what a text may put around a name
SOURCE = "a source distribution: it has no tags, and is built before it is installed"
#: Names of files that are no wheels, and lines that are no names.
NOT_WHEELS = tuple(
    (re.compile(pattern, re.DOTALL | re.IGNORECASE), what)
    for pattern, what in (
        (r".+\.whl\.metadata", "the metadata that an index serves beside a wheel"),
        (r".+\.(asc|sig|sigstore|attestation|provenance)", "a signature"),
        (r".+\.(tar\.(gz|bz2|xz|z)|tgz|zip)", SOURCE),
        (r".+\.(egg|exe|msi|rpm|conda)", "a package of another format, without tags"),
        (r"#.*", "a comment"),
        (r"--?[a-z][\w-]*([ =].*)?", "an option of a requirements file"),
        (r"https?://.*", "an address that names no file"),
    )
)


class Listed(NamedTuple):
    """A file that a text lists, and what the text says about it."""

    #: where it is in the text: ``"line 3"``, or ``"file 3"`` in JSON and TOML
    place: str
    #: the file's name, or the whole line if it names no file
    name: str
    #: its Requires-Python, empty if there is none
    requires_python: str = ""
    #: whether it is yanked
    yanked: bool = False
    #: what is wrong with the text as a whole
    error: str | None = None

    @property
    def remark(self) -> str | None:
        """A note on a malformed Requires-Python, which excludes nothing, as in pip."""
        if requires_python_allows(self.requires_python, "3") is not None:
            return None
        return f"Requires-Python {self.requires_python!r} is not understood"

    def left_out(self, python: str) -> str:
        """Say why installers ignore the file whatever its tags; empty if they do not."""
        reasons = ["yanked"] if self.yanked else []
        if requires_python_allows(self.requires_python, python) is False:
            reasons.append(f"Requires-Python {printable(self.requires_python)}")
        return ", ".join(reasons)


class Classified(NamedTuple):
    """A listed file, and whether it fits each of some targets."""

    listed: Listed
    #: what is wrong with its name or its text; else empty
    error: str = ""
    #: what it is, if it is known not to be a wheel; else empty
    what: str = ""
    #: a wheel's project, and the end of its name, with its three tags; else empty
    project: str = ""
    ending: str = ""
    #: for each target: whether its tags fit, and why installers ignore it nonetheless
    verdicts: Sequence[Explanation] = ()
    left_out: Sequence[str] = ()


def classify(
    text: str, targets: Sequence[Target]
) -> tuple[list[Classified], dict[str, list[str | None]]]:
    """Say which files of a text fit some targets, and which an installer takes.

    :param text: as for :func:`listing`.
    :returns: the files, in the order of the text; and for each project, the file that an
        installer takes for each target, None if none fits.
    """
    pythons = [python_of(target) for target in targets]

    @lru_cache(None)  # a verdict depends on the tags alone, and many files share them
    def verdicts(ending: str) -> list[Explanation]:
        return [target.explain(f"x-0-{ending}") for target in targets]

    def classified(listed: Listed) -> Classified:
        if listed.error:
            return Classified(listed, error=listed.error)
        if what := not_a_wheel(listed.name):
            return Classified(listed, what=what)
        try:
            project, _ = release_of(listed.name)
        except InvalidWheelFilename as error:
            return Classified(listed, error=str(error))
        ending = "-".join(listed.name.split("-")[-3:])
        left = [listed.left_out(python) for python in pythons]
        return Classified(listed, "", "", project, ending, verdicts(ending), left)

    files = [classified(listed) for listed in listing(text)]
    projects: dict[str, list[Classified]] = {}
    for file in files:
        if file.ending:
            projects.setdefault(file.project, []).append(file)
    return files, {
        project: [
            target.select_release(
                one.listed.name
                for one in wheels
                if one.verdicts[number] and not one.left_out[number]
            )
            for number, target in enumerate(targets)
        ]
        for project, wheels in projects.items()
    }


def not_a_wheel(name: str) -> str | None:
    """Say what a file or a line is if it is known not to be a wheel; else None."""
    if name.lower().endswith(".whl"):
        return None
    if what := next((what for kind, what in NOT_WHEELS if kind.fullmatch(name)), None):
        return what
    with suppress(InvalidRequirement):
        Requirement(re.split(r"\s[#\\]|\\$|\s--", name)[0])
        return "a requirement: it names a project, and no file"
    return None


def listing(text: str) -> Iterator[Listed]:
    """Yield the files that a text lists, in its order.

    :param text: the page of an index, in HTML (PEP 503) or JSON (PEP 691); PyPI's own
        JSON; ``pyodide-lock.json``; ``pylock.toml`` (PEP 751), ``uv.lock``,
        ``poetry.lock`` or ``pdm.lock``; or names, paths or URLs, one a line.
    :returns: for JSON or TOML that is none of these, one entry with an error.
    """
    text = text.removeprefix("\ufeff")
    lines = [line.strip() for line in text.splitlines()]
    first = next((line for line in lines if line and line[0] != "#"), "")
    try:
        if JSON.match(text):
            yield from _read("JSON", "json", _files_of_json, NO_INDEX, text)
        elif TOML.match(first):
            toml = "tomllib" if sys.version_info >= (3, 11) else "tomli"
            yield from _read("TOML", toml, _files_of_toml, NO_LOCK, text)
        elif "<" in text and (links := Links(text).found):
            yield from (link for link in links if link.name)
        else:
            for number, line in enumerate(lines, 1):
                for name in _names_in_line(line):
                    yield Listed(f"line {number}", name or line)
    except _UnreadableError as error:
        yield Listed("line 1", "{…}", error=str(error))


class _UnreadableError(Exception):
    """The text as a whole cannot be read; the message says why."""


class Links(HTMLParser):
    """The files that the links of a page lead to; the name of a folder is empty."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[Listed] = []
        # close() is not called: on an incomplete tag, older Pythons take very long.
        with suppress(AssertionError):  # older Pythons raise it on "<![x"
            self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a link."""
        link = dict(attrs)
        if tag == "a" and (address := link.get("href")):
            place, name = f"line {self.getpos()[0]}", _last_part(address)
            python = link.get("data-requires-python") or ""
            self.found.append(Listed(place, name, python, "data-yanked" in link))


def _read(
    form: str,
    module: str,
    files_of: Callable[[Any], Iterable[Any]],
    wanted: str,
    text: str,
) -> list[Listed]:
    """Read JSON or TOML as a whole: in a part of it, what says "yanked" may be missing."""
    try:
        data = import_module(module).loads(text)
        return [
            Listed(
                f"file {number}",
                str(file["filename"]),
                # PyPI's own JSON has an underscore.
                str(file.get("requires-python") or file.get("requires_python") or ""),
                bool(file.get("yanked")),  # a string is the reason
            )
            for number, file in enumerate(files_of(data), 1)
        ]
    except ModuleNotFoundError as error:
        raise _UnreadableError(
            f"this lock file needs {error.name}, which is not installed: add the extra"
            " lock, in a checkout with `pip install '.[lock]'`"
        ) from error
    except (ValueError, RecursionError) as error:
        raise _UnreadableError(f"{form} that cannot be read: {error}") from error
    except (AttributeError, KeyError, TypeError) as error:
        keys = ", ".join(map(shortened, islice(data, 4))) or "nothing"
        raise _UnreadableError(f"{form} that holds {keys} is {wanted}") from error


def _files_of_json(data: dict[str, Any]) -> Iterable[dict[str, Any]]:
    """Return the files of an index, of PyPI's own JSON, or of Pyodide's lock file."""
    if "files" in data:
        return list(data["files"])
    if releases := data.get("releases"):
        return chain.from_iterable(releases.values())
    if "packages" in data:  # a name there may be an address
        packages = data["packages"].values()
        return [{"filename": _last_part(one["file_name"])} for one in packages]
    return list(data["urls"])


def _files_of_toml(data: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the files of a lock file, with the Requires-Python of their package."""
    if "lock-version" in data:
        pylock = import_module("packaging.pylock")
        try:
            pylock.Pylock.from_dict(data)
        except pylock.PylockValidationError as error:
            raise _UnreadableError(f"this is no valid pylock.toml: {error}") from error
    packages = data["packages" if "lock-version" in data else "package"]
    old = data.get("metadata", {}).get("files", {})  # Poetry before 1.3
    for package in (*packages, *({"files": files} for files in old.values())):
        single = [package[key] for key in ("archive", "sdist") if key in package]
        for file in (*single, *package.get("wheels", ()), *package.get("files", ())):
            address = next(filter(None, map(file.get, FILE_KEYS)), None) or file["url"]
            yield {**package, **file, "filename": _last_part(address)}


def _names_in_line(line: str) -> Iterator[str]:
    """Yield the files of a line's URLs, the wheel of its path, or the line itself."""
    if urls := URL.findall(line):
        yield from (_last_part(url.strip(AROUND)) for url in urls)
    elif line:
        name = _last_part(line.strip(AROUND))
        is_wheel = name.lower().endswith(".whl") and not line.startswith(("#", "-"))
        yield name if is_wheel else line


def _last_part(address: str) -> str:
    """Return the name of the file at an address, empty if it is that of a folder."""
    return unquote(re.split(r"[/\\]", re.split("[?#]", address)[0])[-1])
