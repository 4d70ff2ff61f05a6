"""The rules of the audit, and what it says of real wheels, as tables."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from docutils import nodes
from native import rule
from sphinx.util.docutils import SphinxDirective
from tables import code, link, table

from tests.audit import judged
from wasm_platform_tags import known_platforms
from wasm_platform_tags.audit.policy import policy_of, rules

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from tables import Cell

PLATFORMS = [
    *(record.tags[0] for record in known_platforms() if len(record.tags) > 1),
    "wasi_0_2_sdk_33_wasm32",
]


class AuditRules(SphinxDirective):
    """Every rule, from policies.json."""

    def run(self) -> list[nodes.Node]:
        """Build the table."""
        return [
            table(
                ("Rule", "What holds", "Decided by", "Source"),
                [(one.id, self.cells(one.id)) for one in rules().values()],
            )
        ]

    def cells(self, name: str) -> list[Cell]:
        """Return what one rule says."""
        one = rules()[name]
        source: list[nodes.Node] = []
        if one.requirement == "family":
            families = (policy_of(record.platform) for record in known_platforms())
            for requirement in dict.fromkeys(policy.requirement for policy in families):
                source += [nodes.Text(" or ")] if source else []
                source.append(rule(requirement))
        elif one.requirement:
            source.append(rule(one.requirement))
        else:
            source.append(link("PyPA specification", one.source))
        return [code(one.id), one.title, one.decides, source]


class AuditedWheels(SphinxDirective):
    """Each real wheel under its own tag and renamed, from results.json."""

    def run(self) -> list[nodes.Node]:
        """Build the table."""
        self.env.note_dependency(str(judged.RESULTS))
        data = json.loads(judged.RESULTS.read_bytes())
        rows = [(f"wheel {one['file']}", cells(one)) for one in data["wheels"]]
        columns = ("Wheel", *(tag.removesuffix("_wasm32") for tag in PLATFORMS))
        return [
            table(columns, [(nodes.make_id(name), row) for name, row in rows]),
        ]


def cells(one: dict[str, Any]) -> list[Cell]:
    """Return the row of one wheel."""
    project, version, python, *_ = one["file"].split("-")
    own = one["file"].removesuffix(".whl").rpartition("-")[2]
    row: list[Cell] = [f"{project} {version} {python}"]
    for tag in PLATFORMS:
        outcome = one["own"] if tag == own else one["whole"].get(tag)
        outcome = outcome or one["renamed"][tag]
        parts: list[nodes.Node] = [nodes.Text(said(outcome))]
        if tag == own:
            parts = [nodes.strong("", parts[0].astext())]
        if ran := one["run"].get(tag):
            parts.append(nodes.Text(f"; it {ran['outcome']}"))
        row.append(parts)
    return row


def said(outcome: dict[str, Any]) -> str:
    """Return a verdict with the rules that it rests on."""
    verdict: str = outcome["verdict"]
    names = [
        name.partition(" ")[0].removeprefix("module-")
        for name in outcome["rules"]
        if name.endswith(verdict)
    ]
    return f"{verdict} ({', '.join(names)})" if names else verdict


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directives."""
    app.add_directive("audit-rules", AuditRules)
    app.add_directive("audited-wheels", AuditedWheels)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
