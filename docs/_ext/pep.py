"""A parser of PEPs for Sphinx: the preamble, the title, and the anchored rules."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast

from docutils import nodes
from sphinx.errors import ExtensionError
from sphinx.parsers import RSTParser
from sphinx.transforms import SphinxTransform
from sphinx.transforms.post_transforms import SphinxPostTransform
from tables import permalink

if TYPE_CHECKING:
    from docutils.transforms import Transform
    from sphinx.application import Sphinx

PEP_LISTS = ("Requires", "Replaces", "Superseded-By")


class PepParser(RSTParser):
    """reStructuredText that opens with an RFC 2822 preamble, as :pep:`12` says."""

    supported = ("pep",)

    def __init__(self) -> None:
        super().__init__(rfc2822=True)

    def get_transforms(self) -> list[type[Transform]]:
        return [*super().get_transforms(), PepTitle]


class PepTitle(SphinxTransform):
    """Put the whole document in a section "PEP N: Title", the preamble first."""

    # After DocTitle (320); before DocInfo (340), which would drop the preamble.
    default_priority = 335

    def apply(self, **_: Any) -> None:
        preamble = self.document[0] if len(self.document) else None
        if not isinstance(preamble, nodes.field_list):
            raise ExtensionError(f"{self.env.docname}: a PEP opens with its preamble")
        # A field is a name and a body.
        header = {
            name.astext(): cast("nodes.Element", body)
            for name, body in (field.children for field in preamble.children)
        }
        for name in ("PEP", "Title"):
            if name not in header:
                raise ExtensionError(f"{self.env.docname}: no {name} in the preamble")
        number, title = header["PEP"].astext(), header["Title"].astext()
        for name in PEP_LISTS:
            if name in header:
                self.link_peps(header[name])
        section = nodes.section(
            "",
            nodes.title("", f"PEP {number} \N{EN DASH} {title}"),
            *self.document.children,
            ids=[f"pep-{number}"],
            names=[f"pep {number}"],
        )
        self.document.clear()
        self.document += section
        self.document.note_implicit_target(section)

    def link_peps(self, body: nodes.Element) -> None:
        """Turn "425, 783" into links, as the PEP index does."""
        base = self.document.settings.pep_base_url
        links: list[nodes.Node] = []
        for number in re.findall(r"\d+", body.astext()):
            url = f"{base}pep-{number:0>4}/"
            links += [nodes.Text(", "), nodes.reference("", number, refuri=url)]
        body[:] = [nodes.paragraph("", "", *links[1:])]


class Anchors(SphinxPostTransform):
    """Give each anchored rule of a PEP the link that headings have."""

    formats = ("html",)
    default_priority = 900

    def run(self, **_: Any) -> None:
        """Add the links; remove the ids of the theme's boxes that repeat a table's."""
        for paragraph in self.document.findall(nodes.paragraph):
            for anchor in paragraph["ids"]:
                if anchor.startswith("pep-"):
                    paragraph["classes"].append("rule")
                    paragraph.append(permalink(anchor, f"Link to this rule: {anchor}"))
        for box in self.document.findall(nodes.container):
            if "table-wrapper" in box["classes"]:  # the theme copies the table's ids
                box["ids"] = []


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_source_parser(PepParser)
    app.add_post_transform(Anchors)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
