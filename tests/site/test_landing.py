"""The facts on the landing page, in the status box and in a guide are the data's."""

import json
import re
import runpy
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from support import support

from tests.matrix.recorded import RESULTS
from tests.matrix.settings import load_settings
from tests.toolkit.paths import ROOT
from wasm_platform_tags import (
    InvalidPlatformTag,
    Target,
    known_platforms,
    parse_platform_tag,
)

KNOWN = {known.platform_tags[0]: known for known in known_platforms()}
PAGE = (ROOT / "index.md").read_text("utf-8")
PEP = (ROOT / "pep" / "pep-9999.rst").read_text("utf-8")
GUIDE = (ROOT / "docs" / "guides" / "package-authors.md").read_text("utf-8")
EXAMPLES = re.findall(r'<li><a href="([^"]+)">[^<]+</a>: ([^<]+)</li>', PAGE)
# The rows of the guide's table of installers: tool, versions, Pyodides, answer.
INSTALLERS = re.findall(r"^\| (\w+) ([\d., ]+)[^|]*\| Pyodide ([^|]+) \| (.+) \|$", GUIDE, re.MULTILINE)  # fmt: skip


def test_the_status_is_that_of_the_preamble_and_the_results() -> None:
    status = runpy.run_path(str(ROOT / "conf.py"))["html_context"]["status"]
    preamble = dict(re.findall("^([A-Z][A-Za-z-]+): (.+)$", PEP, re.MULTILINE))
    assert status["state"].startswith(f"{preamble['Status']}, not submitted")
    assert status["number"].startswith(f"PEP {preamble['PEP']} is a placeholder")
    # Both change once there is a thread.
    pending = preamble["Post-History"] == "Pending"
    assert (status["thread"] == "no thread yet") == pending
    assert preamble["Discussions-To"] == "Pending"
    # The days are those of the results.
    files = RESULTS.glob("*.json")
    days = sorted(json.loads(file.read_text("utf-8"))["measured"] for file in files)
    assert status["measured"] == (days[0], days[-1])


def test_every_tag_is_that_of_a_known_platform() -> None:
    known = {tag for platform in KNOWN.values() for tag in platform.platform_tags}
    refused = set()
    for tag in re.findall(r"(?:pyemscripten|pyodide|wasi)_\w+_wasm32", PAGE):
        try:
            assert parse_platform_tag(tag).platform_tags[0] in known
        except InvalidPlatformTag:
            refused.add(tag)
    # Named for what it is: in an example, and as one that an index refuses.
    assert refused == {"wasi_0_0_0_wasm32"}


def test_the_targets_are_those_of_the_registry() -> None:
    option = r'<option value="(\S+) (\S+)"(?: selected)?>(.+)</option>'
    options = re.findall(option, PAGE)
    for python, tag, text in options:
        assert python in KNOWN[tag].python
        where = text.removeprefix(f"Python {python}, ")
        wasi = re.sub(r"wasi_(\d+)_(\d+)_sdk_(\d+)_wasm32", r"WASI \1.\2, SDK \3", tag)
        assert where == (KNOWN[tag].runtime if wasi == tag else wasi)
    shown = [tag for _, tag, _ in options]
    assert shown == [tag for tag in KNOWN if tag in shown]
    assert {tag for tag in KNOWN if tag.startswith("pyemscripten")} < set(shown)


@pytest.mark.parametrize(("link", "text"), EXAMPLES)
def test_an_example_has_the_librarys_answer(link: str, text: str) -> None:
    asked = parse_qs(urlsplit(unescape(link)).fragment)
    (wheel,), (target,) = asked["w"], asked["t"]
    found = Target(*target.split()).explain(wheel)
    assert text.startswith("fits" if found.compatible else "does not fit")
    rules = {"another platform": "exact-match", "names no platform": "local-tag"}
    assert {rule for words, rule in rules.items() if words in text} <= {found.rule}


def test_there_are_six_rows_of_support_three_examples_and_five_routes() -> None:
    assert PAGE.count("```{support-short}\n") == 1
    assert len([row for row in support() if row.short]) == 6
    assert len(EXAMPLES) == 3
    routes = PAGE.split("````{tab-item} ")[1:]
    assert len(routes) == 5
    for route in routes:
        text = route.split("\n````")[0]
        assert re.findall(r"^(\d)\. ", text, re.MULTILINE) == ["1", "2", "3"]
        assert len(re.findall(r"^```\w+\n", text, re.MULTILINE)) == 1


def test_versions_are_those_that_the_guides_and_the_matrix_have() -> None:
    (pyodide,) = set(re.findall(r"pyodide@([\d.]+)", PAGE))
    assert f"pyodide-{pyodide}" in {r.runtime for r in load_settings().runtimes}
    (cibuildwheel,) = re.findall(r"cibuildwheel==([\d.]+)", PAGE)
    workflow = ROOT / "docs" / "guides" / "workflows" / "cibuildwheel.yml"
    assert f"cibuildwheel=={cibuildwheel} " in workflow.read_text("utf-8")


def test_the_guide_has_installers() -> None:
    assert {tool for tool, *_ in INSTALLERS} == {"micropip", "pip", "uv"}
    assert GUIDE.count("| Pyodide ") == len(INSTALLERS)


def verdict(tool: str, version: str, runtime: str, spelling: str) -> str:
    """Return what the results say of one spelling, offered alone."""
    files = RESULTS.glob(f"{tool}-{version}-pyodide-{runtime}*")
    (found,) = {
        str(recorded["verdict"])
        for data in (json.loads(file.read_text("utf-8")) for file in files)
        if data["runtime"] == f"pyodide-{runtime}" and not data["patched"]
        for case, recorded in data["cases"].items()
        if case.startswith(f"select/{spelling}/alone@")
    }
    return found


@pytest.mark.parametrize(("tool", "versions", "runtimes", "text"), INSTALLERS)
def test_the_guides_table_of_installers_is_measured(
    tool: str, versions: str, runtimes: str, text: str
) -> None:
    for version in re.findall(r"[\d.]+", versions):
        for runtime in runtimes.split(", "):
            taken = verdict(tool, version, runtime, "canonical") == "pass"
            alias = verdict(tool, version, runtime, "alias") == "pass"
            assert taken == (text == "yes"), (version, runtime)
            assert ("alias alone" in text) == (alias and not taken), (version, runtime)
