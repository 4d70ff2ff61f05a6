"""Tables of the registry: platforms, the audit's rules, real wheels under them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markup import html

import wasm_platform_tags
from tests.audit import real_wheels
from wasm_platform_tags import PyEmscriptenPlatform, known_platforms
from wasm_platform_tags.audit.policy import policy_of, rules

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.util.docutils import SphinxDirective

    from wasm_platform_tags import KnownPlatform

LIBRARY = Path(wasm_platform_tags.__file__).parent
REGISTRY = LIBRARY / "platforms.json"
# The platforms that real wheels are checked against: all of PyEmscripten, one of WASI.
AUDIT_PLATFORMS = [
    *(
        record.platform_tags[0]
        for record in known_platforms()
        if len(record.platform_tags) > 1
    ),
    "wasi_0_2_sdk_33_wasm32",
]


def hosts(known: KnownPlatform) -> str:
    """Return what a Python of this platform runs in, in words."""
    if isinstance(known.platform, PyEmscriptenPlatform):
        return "browsers and Node.js"
    return "WASI hosts"


def python_versions(known: KnownPlatform) -> str:
    """Return the Python versions in one line, with the distributor if there is one."""
    versions = ", ".join(known.python)
    return f"{versions} ({known.distributor})" if known.distributor else versions


def platforms(page: SphinxDirective) -> list[nodes.Node]:
    """Return every platform that the library knows."""
    page.env.note_dependency(str(REGISTRY))
    context = {"platforms": known_platforms(), "python_versions": python_versions}
    return [html(page.env, "platforms", **context)]


def audit_rules(page: SphinxDirective) -> list[nodes.Node]:
    """Return every rule of the audit, and the requirement that each family rests on."""
    page.env.note_dependency(str(LIBRARY / "audit" / "policies.json"))
    families = (policy_of(one.platform).requirement for one in known_platforms())
    context = {"rules": rules(), "families": list(dict.fromkeys(families))}
    return [html(page.env, "audit-rules", **context)]


def audited_wheels(page: SphinxDirective) -> list[nodes.Node]:
    """Return a table of real wheels, each audited under its own tag and renamed."""
    page.env.note_dependency(str(real_wheels.RESULTS))
    wheels = json.loads(real_wheels.RESULTS.read_bytes())["wheels"]
    context = {"wheels": wheels, "platforms": AUDIT_PLATFORMS}
    return [html(page.env, "audited", deciding_rules=deciding_rules, **context)]


def deciding_rules(outcome: dict[str, Any]) -> list[str]:
    """Return the rules that a verdict rests on."""
    return [
        name.partition(" ")[0].removeprefix("module-")
        for name in outcome["rules"]
        if name.endswith(outcome["verdict"])
    ]
