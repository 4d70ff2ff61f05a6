"""Every normative sentence has an anchor, and every anchor a case."""

import json

import pytest

from tests.toolkit.pep_text import SUPPORT, keywords, requirements, without_anchor
from wasm_platform_tags import InvalidPlatformTag, Target, parse_platform_tag
from wasm_platform_tags.conformance.cases import load_cases

# These ids stay: cases and messages of released versions contain them.
AGREED = set(
    """
    compressed-set discovery-pyemscripten discovery-wasi exact-match index-accepts
    index-rejects installer-order local-tag malformed-variable markers-target
    never-from-python new-platform not-portable platform-pyemscripten platform-wasi
    producer-tag same-platform tag-grammar tag-order tag-order-wasi unknown-platform
    wasm64-reserved
    """.split()
)
REQUIREMENTS = requirements()
COVERED = {case.requirement for case in load_cases()}


def test_agreed_requirements_stay() -> None:
    """An id in a released message still has its sentence."""
    assert set(REQUIREMENTS) >= AGREED


def test_every_normative_sentence_has_an_anchor() -> None:
    """Only anchored paragraphs have key words of RFC 2119."""
    assert without_anchor() == []


def test_every_anchored_paragraph_is_normative() -> None:
    """Every anchored paragraph has a key word."""
    assert [slug for slug, text in REQUIREMENTS.items() if not keywords(text)] == []


def test_levels_are_recorded() -> None:
    """requirements.json has the requirements of the text, in their order."""
    recorded = json.loads((SUPPORT / "requirements.json").read_bytes())
    found = {slug: keywords(text) for slug, text in REQUIREMENTS.items()}
    assert list(recorded["requirements"].items()) == list(found.items())


def test_every_requirement_has_a_case() -> None:
    """And every case names a requirement."""
    assert set(REQUIREMENTS) == COVERED


def test_rules_that_the_library_cites_are_anchored() -> None:
    """Every rule in an explanation or error of the library is a requirement."""
    target = Target("3.13", "pyemscripten_2025_0_wasm32")
    wheels = [
        "a-1-cp313-cp313-pyemscripten_2025_0_wasm32.whl",
        "a-1-cp313-cp313-pyodide_2025_0_wasm32.whl",
        "a-1-cp313-cp313-pyemscripten_2026_0_wasm32.whl",
        "a-1-cp314-cp314-pyemscripten_2025_0_wasm32.whl",
        "a-1-cp313-cp313-emscripten_4_0_9_wasm32.whl",
        "a-1-py3-none-any.whl",
    ]
    cited = {target.explain(wheel).rule for wheel in wheels}
    for case in load_cases():
        if case.kind == "parse" and case.expect is None:
            with pytest.raises(InvalidPlatformTag) as caught:
                parse_platform_tag(case.data["tag"])
            cited.add(caught.value.rule)
    assert len(cited) > 5
    assert cited <= set(REQUIREMENTS)


ANCHORED = """
.. _pep-9999-one:

A tool MUST do it.
"""


def test_a_sentence_without_an_anchor_is_found() -> None:
    """The function that finds normative paragraphs without an anchor finds these."""
    assert without_anchor(ANCHORED) == []
    for sentence in (
        *("A tool MUST do it.", "A tool\nMUST NOT do it.", "* It SHOULD."),
        *("    It SHOULD NOT.", "Whoever likes MAY.", "It is RECOMMENDED."),
    ):
        assert without_anchor(f"{ANCHORED}\n{sentence}\n") == [sentence]


def test_an_anchor_of_a_section_is_no_requirement() -> None:
    """An anchor before a heading does not count for the paragraph after it."""
    text = ".. _pep-9999-one:\n\nOne\n====\n\nA tool MUST do it.\n"
    assert requirements(text) == {}
    assert without_anchor(text) == ["A tool MUST do it."]


def test_keywords_are_told_apart() -> None:
    """MUST NOT is not taken for MUST, even across a line break."""
    assert keywords("It MUST\nNOT, and MUST, must not, MAYBE.") == ["MUST NOT", "MUST"]
