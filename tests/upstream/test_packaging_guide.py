"""The packaging guide's patch adds the section that the PEP has for it."""

from pathlib import Path

import pytest

from tests.upstream import packaging_guide as guide
from tests.upstream.changes import counted

PAGE = f"Platform\n========\n\nText.\n\n{guide.NEXT}\nMore.\n"


def test_the_patch_is_the_text() -> None:
    change = guide.CHANGE.read_text("utf-8")
    added = [line[1:] for line in change.splitlines() if line[:1] == "+"][1:]
    wanted = guide.section(guide.TEXT.read_text("utf-8"))
    # In a diff, an empty line may be at the start or at the end of what is added.
    assert "\n".join(added).strip("\n") == wanted.strip("\n")
    assert counted(change) == {guide.PAGE.as_posix(): (wanted.count("\n"), 0)}


def test_the_section_is_one_level_below_the_page() -> None:
    text = ":orphan:\n\nTitle\n=====\n\nFor the page on tags\nof all.\n\n\nPart\n----\n\n.. x::\n   :name: a\n\n   y\n"
    assert guide.section(text) == (
        ".. _webassembly:\n\nTitle\n-----\n\nPart\n~~~~\n\n.. x::\n\n   y\n\n"
    )


def test_the_program_writes_the_patch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page, made = tmp_path / guide.PAGE, tmp_path / "change.patch"
    page.parent.mkdir(parents=True)
    monkeypatch.setattr(guide, "CHANGE", made)
    # A page without the place is refused.
    for text in ("Text.\n", guide.LABEL + PAGE, PAGE + guide.NEXT):
        page.write_text(text, "utf-8")
        assert guide.main([str(tmp_path)]) == 1
        assert "wanted 'Use' once" in capsys.readouterr().err
        assert not made.exists()
    page.write_text(PAGE, "utf-8")
    assert guide.main([str(tmp_path)]) == 0
    assert made.read_text("utf-8") == guide.patch(PAGE, guide.TEXT.read_text("utf-8"))
