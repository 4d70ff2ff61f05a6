"""The links of the summary for a forum lead into the built site."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from docs.discourse import main
from tests.site.browser.site import SITE, References

if TYPE_CHECKING:
    import pytest

BASE = "https://example.org/site/"


def test_its_links_lead_somewhere(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--base-url", BASE])
    links = re.findall(rf"\]\({BASE}([^)#]+)#?([^)]*)\)", capsys.readouterr().out)
    assert len(links) > 50
    ids = {
        name: References((SITE / name).read_text("utf-8")).ids
        for name in {name for name, _ in links}
    }
    assert [link for link in links if link[1] and link[1] not in ids[link[0]]] == []
