"""The outcome of an audit: verdicts, findings, and what was seen in each module."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from packaging.tags import Tag

from .. import __version__
from .._platforms import InvalidPlatformTag, parse_platform_tag
from .content import read_wheel
from .policy import policy_of
from .rules import (
    CANNOT_TELL,
    CONSISTENT,
    CONTRADICTS,
    Finding,
    check_metadata,
    check_platform,
)
from .wasm import FUNCTION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from .content import Module

__all__ = ["Report", "audit", "json_report", "worst"]


@dataclass(frozen=True)
class Report:
    """What an audit found in one wheel. True if it is consistent with its tag."""

    #: the name of the file
    filename: str
    #: where it is, as it was given
    path: Path
    #: the verdict on each platform tag, the tags in the order of the alphabet
    platforms: dict[str, str]
    #: the findings, the wheel's own metadata first
    findings: tuple[Finding, ...]
    #: what was seen in each module, in the order of the file
    modules: tuple[dict[str, Any], ...]
    #: what cannot be seen in the bytes of a wheel for these platforms
    not_decided: tuple[str, ...]

    @property
    def verdict(self) -> str:
        """``"contradicts"``, ``"cannot tell"`` or ``"consistent"``: the worst."""
        return worst(self.findings)

    def __bool__(self) -> bool:
        return self.verdict == CONSISTENT

    def json(self) -> dict[str, Any]:
        """Return the report as values that the json module can write."""
        return {
            "wheel": self.filename,
            "verdict": self.verdict,
            "platforms": self.platforms,
            "findings": [
                asdict(one) | {"names": list(one.names)} for one in self.findings
            ],
            "modules": list(self.modules),
            "not_decided": list(self.not_decided),
        }


def audit(
    path: Path,
    platforms: Iterable[str] = (),
    progress: Callable[[str], None] | None = None,
) -> Report:
    """Hold a wheel against its tags.

    :param path: the wheel. It is read once, front to back; nothing of it is run or
        written anywhere.
    :param platforms: platform tags to hold it against instead of its own.
    :param progress: told the name of each member before it is read.
    :raises UnsafeWheelError: if it is no wheel, or not one that can be read safely.
    :raises OSError: if the file cannot be read.
    """
    wheel = read_wheel(path, progress)
    findings = check_metadata(wheel)
    asked = sorted(set(platforms))
    if asked:
        wheel.tags = frozenset(
            Tag(tag.interpreter, tag.abi, platform)
            for tag in wheel.tags
            for platform in asked
        )
    tags = asked or sorted({tag.platform for tag in wheel.tags})
    verdicts = {}
    for tag in tags:
        found = check_platform(wheel, tag)
        verdicts[tag] = worst(found)
        findings += found
    not_decided: dict[str, None] = {}
    for tag in tags:
        try:
            not_decided.update(
                dict.fromkeys(policy_of(parse_platform_tag(tag)).not_decided)
            )
        except InvalidPlatformTag:  # noqa: PERF203 - said by a finding
            continue
    return Report(
        filename=wheel.filename,
        path=path,
        platforms=verdicts,
        findings=tuple(findings),
        modules=tuple(map(_seen, wheel.modules)),
        not_decided=tuple(not_decided),
    )


def worst(findings: Iterable[Finding]) -> str:
    """Return what findings make of a verdict; warnings leave it alone.

    :returns: ``"contradicts"``, ``"cannot tell"`` or ``"consistent"``.
    """
    found = {one.severity for one in findings}
    return next((one for one in (CONTRADICTS, CANNOT_TELL) if one in found), CONSISTENT)


def _seen(module: Module) -> dict[str, Any]:
    """What stands in a module, for a reader who wants to judge by himself."""
    seen: dict[str, Any] = {"name": module.name, "size": module.size}
    binary = module.binary
    if binary is None:
        return {**seen, "kind": "not WebAssembly", "error": module.error}
    if binary.component:
        return {**seen, "kind": "component"}
    used = [name for name in ("javascript", "webassembly") if name in module.flavours]
    if binary.own_tags is not None and "webassembly" not in used:
        used.append("webassembly")
    return {
        **seen,
        "kind": "core module" if module.is_library else "file",
        "sections": [section.name for section in binary.sections],
        "memory_info": binary.memory_info and list(binary.memory_info),
        "needed": [one.name for one in binary.needed],
        "runtime_paths": [one.name for one in binary.runtime_paths],
        "imports": len(binary.imports),
        "import_modules": sorted(set(binary.imports.modules)),
        "i64_imports": sum(
            one.type in binary.i64_types for one in binary.imports.of_kind(FUNCTION)
        ),
        "exports": len(binary.exports),
        "init": [
            name
            for name in binary.exports.names
            if name.startswith(("PyInit", "PyModExport"))
        ],
        "exceptions": used,
        "memory64": binary.memory64 is not None,
        "shared_memory": binary.shared is not None,
        "features": [one.name for one in binary.features],
        "producers": [list(one) for one in binary.producers],
        "wasi_sdks": sorted(binary.sdks),
    }


def json_report(
    reports: Iterable[Report], refused: Iterable[tuple[str, str]] = ()
) -> dict[str, Any]:
    """Return what ``wasm-tags audit --json`` prints, see report.schema.json.

    :param reports: the wheels that were audited.
    :param refused: the files that were not opened, and why.
    """
    return {
        "project": f"wasm-platform-tags {__version__}",
        "wheels": [report.json() for report in reports],
        "refused": [{"file": file, "message": message} for file, message in refused],
    }
