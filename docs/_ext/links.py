"""Links to ``/PAGE#ANCHOR``, from the root of the site, wherever the page with them lies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.logging import getLogger

if TYPE_CHECKING:
    from sphinx.application import Sphinx

LOGGER = getLogger(__name__)


class PageLinks(SphinxPostTransform):
    """Make these links relative, as the builder names the pages."""

    default_priority = 900

    def run(self, **_: Any) -> None:
        for reference in self.document.findall(nodes.reference):
            url = urlsplit(reference.get("refuri", ""))
            if url.netloc or not url.path.startswith("/"):
                continue
            page = url.path[1:]
            if page not in self.env.found_docs:
                LOGGER.warning("there is no page %r", page, location=reference)
            address = self.app.builder.get_relative_uri(self.env.docname, page)
            reference["refuri"] = url._replace(path=address).geturl()


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_post_transform(PageLinks)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
