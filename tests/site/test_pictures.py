"""The pictures show the data, also in words for those who cannot see them."""

import json
from xml.etree import ElementTree as ET

import pictures
import pytest
from native import observations

from tests.matrix.settings import load_settings
from wasm_platform_tags import known_platforms

SVG = "{http://www.w3.org/2000/svg}"


def drawn(name: str) -> list[ET.Element]:
    """Return the SVGs of a picture: one, or a wide and a narrow one."""
    # HTML needs no declaration of the namespace, XML does.
    namespace = f'<figure xmlns="{SVG[1:-1]}">'
    return list(ET.fromstring(f"{namespace}{pictures.draw(name)}</figure>"))


@pytest.mark.parametrize("name", pictures.PICTURES)
def test_a_picture_is_well_formed_and_says_it_in_words(name: str) -> None:
    for svg in drawn(name):
        assert svg.tag == f"{SVG}svg"
        assert len(svg.attrib["aria-label"].split()) > 5
        # Where links must be reached, the parts speak for themselves.
        assert svg.attrib["role"] == ("group" if name == "grid" else "img")


def test_the_grid_has_every_run_of_its_modules_and_each_outcome() -> None:
    [svg] = drawn("grid")
    shown = {
        link.attrib["href"].removeprefix("#native-"): link.attrib["aria-label"]
        for link in svg.iter(f"{SVG}a")
    }
    platforms = {
        f"gallery/{name}/{runtime.runtime}": found["outcome"]
        for _, _, name in pictures.BUILDS
        for runtime in pictures.pyodides()
        if (found := observations().get(f"gallery/{name}/{runtime.runtime}"))
    }
    assert len(platforms) == len(shown) > 10
    for run, outcome in platforms.items():
        anchor = run.replace("/", "-").replace(".", "-")
        assert shown[anchor].endswith(f": {pictures.OUTCOMES[outcome]}")


def test_the_timeline_knows_the_day_of_every_release_in_it() -> None:
    timeline = pictures.timeline()
    assert [known for known, _ in timeline["platforms"]] == [
        known for known in known_platforms() if "sdk" not in known.platform_tags[0]
    ]
    for title, _, tool in pictures.LANES:
        shown = {version for version, _, _ in timeline["tools"][title]}
        # micropip 0.5.0 came with a Pyodide that has no platform.
        asked = {t.version for t in load_settings().tools if t.tool == tool}
        assert asked - shown == ({"0.5.0"} if tool == "micropip" else set())


def test_the_timeline_says_what_the_results_say() -> None:
    tools = pictures.timeline()["tools"]
    last = {title: versions[-1][2] for title, versions in tools.items()}
    assert last == dict.fromkeys(("packaging", "pip"), "canonical") | dict.fromkeys(
        ("micropip", "uv", "pyodide venv"), "both"
    )
    words = [word for _, _, word in tools["micropip"]]
    assert words == ["neither", "alias", "alias", "both"]
    # The releases were read from PyPI.
    data = json.loads(pictures.RELEASES.read_text("utf-8"))
    assert min(data["projects"]["pyodide-py"].values()) == "2024-05-27"


def test_every_known_platform_is_in_the_decision() -> None:
    text = pictures.draw("decision")
    for known in known_platforms():
        assert known.platform_tags[0] in text
