"""An adapter around this project's library; see INTERPRETING.md."""

from __future__ import annotations

import json
import platform
import sys
import sysconfig
from typing import TYPE_CHECKING, Any
from unittest import mock

from packaging.markers import Marker
from packaging.utils import parse_wheel_filename

from wasm_platform_tags import (
    InvalidPlatformTag,
    Target,
    parse_platform_tag,
    platform_tags,
)

if TYPE_CHECKING:
    from packaging.version import Version


def parse(case: dict[str, Any]) -> list[str] | None:
    """All tags of the platform that a tag names, or None."""
    try:
        return list(parse_platform_tag(case["tag"]).tags)
    except InvalidPlatformTag:
        return None


def environment(case: dict[str, Any]) -> list[str]:
    """The platform tags of an interpreter that says these things of itself."""
    with (
        mock.patch.object(platform, "system", lambda: case["system"]),
        mock.patch.object(sysconfig, "get_platform", lambda: case["get_platform"]),
        mock.patch.object(sysconfig, "get_config_var", case["config"].get),
    ):
        return list(platform_tags())


def target(case: dict[str, Any]) -> Target:
    """The target of a case, with its Python in full."""
    given = case["target"]
    return Target(given["python_full_version"], given["platform"])


def markers(case: dict[str, Any]) -> dict[str, str]:
    """The value of every marker variable on the target."""
    return {**target(case).marker_environment()}  # type: ignore[dict-item]


def dependency(case: dict[str, Any]) -> bool:
    """Whether a dependency with this marker is installed for the target."""
    return Marker(case["marker"]).evaluate(markers(case))


def select(case: dict[str, Any]) -> str | None:
    """The file that suits the target, of the newest version that has one."""
    versions: dict[Version, list[str]] = {}
    for name in case["files"]:
        versions.setdefault(parse_wheel_filename(name)[1], []).append(name)
    best = map(target(case).best, (versions[v] for v in sorted(versions, reverse=True)))
    return next(filter(None, best), None)


def index(case: dict[str, Any]) -> bool:
    """Whether an index accepts a wheel's platform: canonical portable tags alone."""
    tags = case["platform"].split(".")
    return all((known := parse({"tag": tag})) and known[0] == tag for tag in tags)


KINDS = {
    function.__name__: function
    for function in (parse, environment, markers, dependency, select, index)
}


def answer(case: dict[str, Any]) -> dict[str, Any]:
    """What the library makes of a case, or why it cannot be asked."""
    if case["kind"] not in KINDS:
        return {"unsupported": f"this adapter does not know kind {case['kind']!r}"}
    if case.get("environment") == "running":
        return {"unsupported": "this adapter does not run inside a target"}
    return {"result": KINDS[case["kind"]](case)}


def main() -> None:
    """Answer each line with a line."""
    for line in sys.stdin:
        case = json.loads(line)
        print(json.dumps({"id": case["id"], **answer(case)}), flush=True)


if __name__ == "__main__":
    main()
