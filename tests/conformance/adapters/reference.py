"""An adapter around this project's library; see INTERPRETING.md."""

from __future__ import annotations

import json
import platform
import sys
import sysconfig
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

from packaging.markers import Marker
from packaging.utils import InvalidWheelFilename

from wasm_platform_tags import (
    InvalidPlatformTag,
    Target,
    check_upload,
    parse_platform_tag,
    platform_tags,
)
from wasm_platform_tags.audit import audit as audit_wheel


def parse(case: dict[str, Any]) -> list[str] | None:
    """All tags of the platform that a tag names, or None."""
    try:
        return list(parse_platform_tag(case["tag"]).platform_tags)
    except InvalidPlatformTag:
        return None


@contextmanager
def simulated(
    system: str, machine: str, get_platform: str, config: Mapping[str, object]
) -> Iterator[None]:
    """This interpreter, saying of itself what another one would say."""
    with (
        mock.patch.object(platform, "system", return_value=system),
        mock.patch.object(platform, "machine", return_value=machine),
        mock.patch.object(sysconfig, "get_platform", return_value=get_platform),
        mock.patch.object(sysconfig, "get_config_var", config.get),
    ):
        yield


def environment(case: dict[str, Any]) -> list[str]:
    """The platform tags of an interpreter that says these things of itself."""
    says = {key: case[key] for key in ("system", "machine", "get_platform", "config")}
    with simulated(**says):
        return list(platform_tags())


def build(case: dict[str, Any]) -> str | None:
    """The platform tag that a build tool writes, or None if it refuses."""
    told, own = case["told"], environment(case)
    if told is None:
        return own[0]
    if told == own[-1]:  # the local tag: a wheel for the same machine
        return str(told)
    tags = parse({"tag": told})
    return tags[0] if tags else None


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
    return target(case).select_release(case["files"], pre=True)


def index(case: dict[str, Any]) -> bool:
    """Whether an index accepts the platform of a wheel, or leaves it to other rules."""
    try:
        return (
            check_upload(f"x-0-py3-none-{case['platform']}.whl").accepted is not False
        )
    except InvalidWheelFilename:
        return False


def audit(case: dict[str, Any]) -> str:
    """Whether a wheel contradicts its platform tag."""
    return audit_wheel(Path(case["wheel"])).verdict


KINDS = {
    function.__name__: function
    for function in (
        *(parse, environment, build, markers, dependency, select, index),
        audit,
    )
}


def answer(case: dict[str, Any]) -> dict[str, Any]:
    """What the library makes of a case, or why it cannot be asked."""
    if case["suite"] != "1":
        return {"unsupported": f"this adapter does not know suite {case['suite']!r}"}
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
