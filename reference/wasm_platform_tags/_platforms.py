"""The platforms that a portable tag can name, and the parser of such tags."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from functools import cached_property
from typing import TypeAlias

from ._errors import WasmPlatformTagsError
from ._pyemscripten import _PYEMSCRIPTEN_VERSION_RE, pyemscripten_platforms
from ._text import shortened
from ._wasi import _WASI_VERSION_RE, wasi_platforms

# The first fault that matches a malformed tag from its start explains it best: a pattern,
# the reason, and the requirement if it is not "tag-grammar".
_FAULTS = tuple(
    (re.compile(pattern, re.DOTALL), reason, rule[0] if rule else "tag-grammar")
    for pattern, reason, *rule in (
        (r"\Z", "it is empty"),
        (
            r".*[^\x21-\x7e]",
            "it holds a blank, a control character or a character outside ASCII",
        ),
        (r".*[A-Z]", "it is not lower case"),
        (r".*-", "it holds a hyphen; a platform tag is normalised to underscores"),
        (
            r".*\.",
            "it holds a dot; the tags of a compressed tag set are parsed one by one",
        ),
        (r".*[^a-z0-9_]", "it holds more than a-z, 0-9 and underscores"),
        (
            r"wasi_wasm32\Z|wasi(_0)+_wasm32\Z",
            (
                "it is the local tag of a WASI build and names no ABI; a portable tag gives"
                " the WASI version and the WASI SDK"
            ),
            "local-tag",
        ),
        (
            r"emscripten_",
            (
                "it is a local tag, for wheels built on the same machine; a portable tag names"
                " a PyEmscripten platform"
            ),
            "local-tag",
        ),
        (r"wasix_", "WASIX is not WASI and has no portable tag", "not-portable"),
        (
            r"(?!(pyemscripten|pyodide|wasi)_)",
            "it starts with none of pyemscripten_, pyodide_ and wasi_",
            "not-portable",
        ),
        (r".*_wasm64\Z", "wasm64 is reserved", "wasm64-reserved"),
        (r".*_wasm32_?.+\Z", "text follows _wasm32"),
        (r"(?!.*_wasm32\Z)", "it does not end with _wasm32"),
        (r".*_0[0-9]", "a number has a leading zero"),
        (r"py[a-z]+_[0-9]+_[0-9]+_wasm32\Z", "the year does not have four digits"),
        (r"py", "between prefix and _wasm32 it has not just a year and a number"),
        (
            r"",
            (
                "between prefix and _wasm32 it has not just the WASI version, sdk and the major"
                " version of the WASI SDK"
            ),
        ),
    )
)
_WANTED = "pyemscripten_YYYY_N_wasm32, pyodide_YYYY_N_wasm32 or wasi_M_m_sdk_S_wasm32"


class InvalidPlatformTag(WasmPlatformTagsError, ValueError):
    """A string is not a portable WebAssembly platform tag.

    Source: this PEP, "Grammar".
    """

    def __init__(self, tag: str, reason: str, rule: str) -> None:
        super().__init__(tag, reason, rule)
        #: the string that was given, whole
        self.tag = tag
        #: what is wrong with it
        self.reason = reason
        #: the requirement of this PEP that says so, such as ``"tag-grammar"``
        self.rule = rule

    def __str__(self) -> str:
        return (
            f"invalid platform tag {shortened(self.tag)}: {self.reason};"
            f" wanted {_WANTED} (PEP requirement {self.rule})"
        )


class InvalidPlatform(WasmPlatformTagsError, ValueError):
    """A number is not one that a platform can have. The message names the field.

    Source: this PEP, "Grammar".
    """


@dataclass(frozen=True)
class PyEmscriptenPlatform:
    """The PyEmscripten platform of a year and a patch number.

    Platforms compare for equality only: no version is "at least" another.

    :param year: four digits.
    :param patch: zero or more.
    :raises InvalidPlatform: if there can be no such platform.

    Source: PEP 783, "The PyEmscripten platform"; this PEP, "Grammar".
    """

    year: int
    patch: int

    def __post_init__(self) -> None:
        _check(self)

    @property
    def version(self) -> str:
        """The platform's version, such as ``"2026_0"``."""
        return f"{self.year}_{self.patch}"

    @cached_property
    def platform_tags(self) -> tuple[str, ...]:
        """The platform tags: the canonical one, then its alias."""
        return tuple(pyemscripten_platforms(self.version))


@dataclass(frozen=True)
class WasiPlatform:
    """The WASI platform of a WASI version and a WASI SDK.

    Platforms compare for equality only: no version is "at least" another.

    :param major: the WASI version's first number.
    :param minor: the WASI version's second number.
    :param sdk: the major version of the WASI SDK.
    :raises InvalidPlatform: if there can be no such platform.

    Source: this PEP, "Grammar"; PEP 816, "Designated Support".
    """

    major: int
    minor: int
    sdk: int

    def __post_init__(self) -> None:
        _check(self)

    @property
    def version(self) -> str:
        """The platform's version, such as ``"0_1_sdk_24"``."""
        return f"{self.major}_{self.minor}_sdk_{self.sdk}"

    @cached_property
    def platform_tags(self) -> tuple[str, ...]:
        """The platform tags: one."""
        return tuple(wasi_platforms(self.version))


#: A platform of either family.
Platform: TypeAlias = PyEmscriptenPlatform | WasiPlatform


def _check(platform: Platform) -> None:
    for field in fields(platform):
        value = getattr(platform, field.name)
        low, high = (1000, 9999) if field.name == "year" else (0, float("inf"))
        if type(value) is not int or not low <= value <= high:
            wanted = "of four digits" if field.name == "year" else "from 0 on"
            raise InvalidPlatform(
                f"invalid {type(platform).__name__}: {field.name} is {value!r}; wanted"
                f" an int {wanted} (PEP requirement tag-grammar)"
            )


# Anchored by fullmatch(); the expressions by which an index accepts a tag.
_GRAMMAR: tuple[tuple[re.Pattern[str], type[Platform]], ...] = (
    (
        re.compile(
            rf"(?:pyemscripten|pyodide)_{_PYEMSCRIPTEN_VERSION_RE.pattern}_wasm32"
        ),
        PyEmscriptenPlatform,
    ),
    (re.compile(f"wasi_{_WASI_VERSION_RE.pattern}_wasm32"), WasiPlatform),
)
# As the file index-expressions.json of the PEP has it under "concerned".
_CONCERNED = re.compile(r"\A(emscripten|pyemscripten|pyodide|wasi)|wasm32|wasm64")


def is_wasm_tag(platform_tag: str) -> bool:
    """Return whether this PEP decides about a platform tag, portable or not.

    :param platform_tag: one platform tag, in lower case. ``"any"`` is none of these.

    Source: this PEP, "Indexes", requirement ``index-rejects``.
    """
    return _CONCERNED.search(platform_tag) is not None


def parse_platform_tag(tag: str) -> Platform:
    """Parse a portable platform tag in any spelling.

    :param tag: one platform tag, such as ``"pyodide_2025_0_wasm32"``. It is taken
        as it is: nothing is normalised.
    :returns: the platform that it names.
    :raises InvalidPlatformTag: if it is not a portable WebAssembly platform tag. The
        message says what is wrong with it.
    :raises TypeError: if it is not a string.

    Source: this PEP, "Grammar" and "Meaning".
    """
    if not isinstance(tag, str):
        raise TypeError(f"a platform tag is a str, not {type(tag).__name__}: {tag!r}")
    for pattern, family in _GRAMMAR:
        if pattern.fullmatch(tag):
            numbers = re.findall("[0-9]+", tag.removesuffix("_wasm32"))
            try:
                return family(*map(int, numbers))
            except ValueError:  # int() refuses some thousand digits
                raise InvalidPlatformTag(
                    tag, "a number has too many digits", "tag-grammar"
                ) from None
    reason, rule = next((why, rule) for fault, why, rule in _FAULTS if fault.match(tag))
    raise InvalidPlatformTag(tag, reason, rule)
