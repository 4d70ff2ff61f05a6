"""The report of an audit: verdicts, findings, and what each module has."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from packaging.tags import Tag

from .. import __version__
from .._platforms import InvalidPlatformTag, parse_platform_tag
from . import rules
from .content import read_wheel
from .policy import policy_of
from .wasm import FUNCTION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from .content import Module
    from .rules import Verdict

_INIT = ("PyInit", "PyModExport")


@dataclass(frozen=True)
class Report:
    """What an audit found in one wheel. True if it is consistent with its tag."""

    #: the name of the file
    filename: str
    #: where it is, as it was given
    path: Path
    #: the verdict on each platform tag, in alphabetical order
    platforms: dict[str, Verdict]
    #: the findings, the wheel's own metadata first
    findings: tuple[rules.Finding, ...]
    #: what each module has, in the order of the file
    modules: tuple[dict[str, Any], ...]
    #: what no rule decides for these platforms
    not_decided: tuple[str, ...]

    @property
    def verdict(self) -> Verdict:
        """The worst verdict on any platform tag or on the metadata."""
        return worst(self.findings)

    def __bool__(self) -> bool:
        return self.verdict == rules.CONSISTENT

    def to_dict(self) -> dict[str, Any]:
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
    """Check a wheel against its platform tags.

    :param path: the wheel. It is read once, from front to back. Nothing in it is run or
        unpacked.
    :param platforms: the platform tags to check it against, by default its own.
    :param progress: is called with the name of each member before it is read.
    :raises UnsafeWheelError: if it is no wheel, or cannot be read safely.
    :raises OSError: if the file cannot be read.
    """
    wheel = read_wheel(path, progress)
    findings = rules.check_metadata(wheel)
    if asked := set(platforms):
        wheel.tags = frozenset(
            Tag(tag.interpreter, tag.abi, platform)
            for tag in wheel.tags
            for platform in asked
        )
    verdicts: dict[str, Verdict] = {}
    not_decided: dict[str, None] = {}
    for tag in sorted({tag.platform for tag in wheel.tags}):
        found = rules.check_platform(wheel, tag)
        verdicts[tag] = worst(found)
        findings += found
        with suppress(InvalidPlatformTag):  # a finding says so
            policy = policy_of(parse_platform_tag(tag))
            not_decided.update(dict.fromkeys(policy.not_decided))
    modules = tuple(map(_described, wheel.modules))
    undecided = tuple(not_decided)
    return Report(wheel.filename, path, verdicts, tuple(findings), modules, undecided)


def worst(findings: Iterable[rules.Finding]) -> Verdict:
    """Return the verdict that follows from findings. Warnings do not change it."""
    found = {one.severity for one in findings}
    if rules.CONTRADICTS in found:
        return rules.CONTRADICTS
    return rules.CANNOT_TELL if rules.CANNOT_TELL in found else rules.CONSISTENT


def _described(module: Module) -> dict[str, Any]:
    """Return what a module has, for readers who want to check a verdict."""
    described: dict[str, Any] = {"name": module.name, "size": module.size}
    binary = module.binary
    if binary is None:
        return described | {"kind": "not WebAssembly", "error": module.error}
    if binary.component:
        return described | {"kind": "component"}
    exceptions = set(module.flavours)
    if binary.own_tags is not None:
        exceptions.add("webassembly")
    return described | {
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
        "init": [n for n in binary.exports.names if n.startswith(_INIT)],
        "exceptions": sorted(exceptions.intersection(("javascript", "webassembly"))),
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
    :param refused: the files that were not audited, and why.
    """
    return {
        "project": f"wasm-platform-tags {__version__}",
        "wheels": [report.to_dict() for report in reports],
        "refused": [{"file": file, "message": message} for file, message in refused],
    }
