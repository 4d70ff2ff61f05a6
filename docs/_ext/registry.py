"""Tables of the registry: platforms, the audit's rules, real wheels under them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markup import html

import wasm_platform_tags
from tests.audit import real_wheels
from wasm_platform_tags import known_platforms
from wasm_platform_tags.audit.policy import policy_of, rules

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.util.docutils import SphinxDirective

LIBRARY = Path(wasm_platform_tags.__file__).parent
REGISTRY = LIBRARY / "platforms.json"
# What the wheels are checked against: the platforms of PyEmscripten, and one of WASI.
HELD = [
    *(record.tags[0] for record in known_platforms() if len(record.tags) > 1),
    "wasi_0_2_sdk_33_wasm32",
]


def platforms(page: SphinxDirective) -> list[nodes.Node]:
    """Return every platform that the library knows."""
    page.env.note_dependency(str(REGISTRY))
    return [html(page.env, "platforms", platforms=known_platforms())]


def audit_rules(page: SphinxDirective) -> list[nodes.Node]:
    """Return every rule of the audit, and the requirement that each family rests on."""
    page.env.note_dependency(str(LIBRARY / "audit" / "policies.json"))
    families = (policy_of(one.platform).requirement for one in known_platforms())
    about = {"rules": rules(), "families": list(dict.fromkeys(families))}
    return [html(page.env, "audit-rules", **about)]


def audited(page: SphinxDirective) -> list[nodes.Node]:
    """Return real wheels, each judged under its own tag and renamed."""
    page.env.note_dependency(str(real_wheels.RESULTS))
    wheels = json.loads(real_wheels.RESULTS.read_bytes())["wheels"]
    about = {"wheels": wheels, "platforms": HELD, "because": because}
    return [html(page.env, "audited", **about)]


def because(outcome: dict[str, Any]) -> list[str]:
    """Return the rules that a verdict rests on."""
    return [
        name.partition(" ")[0].removeprefix("module-")
        for name in outcome["rules"]
        if name.endswith(outcome["verdict"])
    ]
