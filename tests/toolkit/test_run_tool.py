"""A program that is run to its end, or not."""

from __future__ import annotations

import sys

import pytest

from tests.toolkit.process import tool


@pytest.mark.skipif(sys.platform == "win32", reason="Windows lacks sh")
def test_what_a_program_said_before_it_hung() -> None:
    said = tool(["sh", "-c", "echo here; exec sleep 60"], timeout=1)
    assert (said.status, said.text) == (-1, "here\n\nno end in 1 s")
    assert said.last == "no end in 1 s"


def test_a_program_that_ends() -> None:
    code = "import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)"
    said = tool([sys.executable, "-c", code])
    assert said.status == 3
    assert sorted(said.text.split()) == ["err", "out"]
