"""The rules of the audit, and what it says of real wheels, as tables."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from markup import html
from sphinx.util.docutils import SphinxDirective

from tests.audit import judged
from wasm_platform_tags import known_platforms
from wasm_platform_tags.audit.policy import policy_of, rules

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx

PLATFORMS = [
    *(record.tags[0] for record in known_platforms() if len(record.tags) > 1),
    "wasi_0_2_sdk_33_wasm32",
]


class AuditRules(SphinxDirective):
    """Every rule, from policies.json."""

    def run(self) -> list[nodes.Node]:
        families = (
            policy_of(record.platform).requirement for record in known_platforms()
        )
        of_family = list(dict.fromkeys(families))
        return [html(self.env, "audit-rules", rules=rules(), families=of_family)]


class AuditedWheels(SphinxDirective):
    """Each real wheel under its own tag and renamed, from results.json."""

    def run(self) -> list[nodes.Node]:
        self.env.note_dependency(str(judged.RESULTS))
        wheels = json.loads(judged.RESULTS.read_bytes())["wheels"]
        about = {"wheels": wheels, "platforms": PLATFORMS, "because": because}
        return [html(self.env, "audited", **about)]


def because(outcome: dict[str, Any]) -> list[str]:
    """Return the rules that a verdict rests on."""
    return [
        name.partition(" ")[0].removeprefix("module-")
        for name in outcome["rules"]
        if name.endswith(outcome["verdict"])
    ]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directives."""
    app.add_directive("audit-rules", AuditRules)
    app.add_directive("audited-wheels", AuditedWheels)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
