"""Audit a wheel: what contradicts its tag, what nobody can tell, what is consistent."""

import base64
import hashlib
import json
import random
import zipfile
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from packaging.tags import parse_tag

import wasm_platform_tags
from tests.toolkit.pep_text import ANCHOR, TEXT
from wasm_platform_tags import PyEmscriptenPlatform, WasiPlatform, known_platforms
from wasm_platform_tags.audit import (
    Report,
    UnsafeWheelError,
    audit,
    check_module,
    json_report,
    sarif,
)
from wasm_platform_tags.audit import wasm as binary_module
from wasm_platform_tags.audit.policy import policy_of, rules
from wasm_platform_tags.audit.symbols import load_symbols
from wasm_platform_tags.conformance.build import custom, module, section, vector, wheel

from .conftest import MonkeyPatch

HERE = Path(wasm_platform_tags.__file__).parent / "audit"
SCHEMA = json.loads((HERE / "report.schema.json").read_bytes())
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)

PY = "pyemscripten_2025_0_wasm32"
WASI = "wasi_0_2_sdk_33_wasm32"
PREVIEW = "wasi_snapshot_preview1"
SUFFIX = ".cpython-313-wasm32-emscripten.so"
INIT = {"exports": ["PyInit_demo"]}


def imports(*names: str, where: str = "env") -> list[dict[str, Any]]:
    return [{"from": where, "function": name} for name in names]


def having(*imported: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A module that can be imported in Python, with these imports and more."""
    return {**INIT, "imports": list(imported), **more}


def of(*names: str, where: str = "env") -> dict[str, Any]:
    return having(*imports(*names, where=where))


def memory(flags: int) -> dict[str, Any]:
    return {"from": "env", "memory": "memory", "flags": flags}


EXCEPTION = {"from": "env", "tag": "__cpp_exception"}
CPYTHON = of("PyModule_Create2")
# A wheel of one module, whose tag nothing contradicts.
NAME = f"demo-1.0-cp311-abi3-{PY}.whl"
OLD = "pyemscripten_2024_0_wasm32"
NEW = "pyemscripten_2031_0_wasm32"  # that no registry has
SDK_24 = "wasi_0_1_sdk_24_wasm32"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return wheel(tmp_path, NAME, {"demo.abi3.so": module(INIT)})


def audited(
    folder: Path,
    tag: str,
    given: dict[str, Any] | bytes = INIT,
    *,
    name: str = "demo.abi3.so",
    python: str = "cp311-abi3",
    more: dict[str, bytes] | None = None,
    **options: Any,
) -> Report:
    """The report on a wheel with that module."""
    data = given if isinstance(given, bytes) else module(given)
    files = {name: data, **(more or {})}
    filename = f"demo-1.0-{python}-{tag}.whl"
    report = audit(wheel(folder, filename, files, **options))
    VALIDATOR.validate(json_report([report]))
    return report


def found(report: Report) -> dict[str, str]:
    return {one.rule: one.severity for one in report.findings}


def test_the_data_fit_their_schemas() -> None:
    policies = json.loads((HERE / "policies.json").read_bytes())
    schema = json.loads((HERE / "policies.schema.json").read_bytes())
    validator = jsonschema.Draft202012Validator
    for one in (schema, SCHEMA):
        validator.check_schema(one)
    validator(schema, format_checker=validator.FORMAT_CHECKER).validate(policies)


def test_rules_and_policies_point_at_the_pep_or_another_specification() -> None:
    anchors = set(ANCHOR.findall(TEXT))
    for rule in rules().values():
        assert rule.requirement in anchors | {"family", ""}
        pypa = "https://packaging.python.org/"
        assert rule.requirement or rule.source.startswith(pypa)
    for known in known_platforms():
        policy = policy_of(known.platform)
        assert policy.requirement in anchors
        ignored = "RPATH is ignored" in known.library_lookup
        assert policy.follows_runtime_paths is not ignored


def test_every_pyemscripten_platform_has_its_symbols() -> None:
    for known in known_platforms():
        symbols = load_symbols(known.platform_tags[0])
        if isinstance(known.platform, PyEmscriptenPlatform):
            assert symbols
            assert (symbols.python,) == known.python
            assert {"malloc", "PyLong_FromLong"} <= symbols.names
    javascript = load_symbols(OLD)
    assert javascript
    assert "invoke_viiij" in javascript
    assert "invoke_viiij" not in (load_symbols(PY) or ())
    assert load_symbols("pyemscripten_1999_0_wasm32") is None


@pytest.mark.parametrize("tag", [PY, WASI])
def test_a_module_that_nothing_contradicts(tag: str, tmp_path: Path) -> None:
    given = {
        "imports": [
            *imports("malloc", "PyModule_Create2"),
            memory(0),
            {"from": "env", "global": "__memory_base"},
            {"from": "GOT.mem", "global": "_Py_NoneStruct"},
            {"from": "GOT.func", "global": "own"},
            {"from": "env", "function": "perhaps"},
        ],
        "weak": ["perhaps"],
        "exports": ["PyInit_demo", "own"],
    }
    report = audited(tmp_path, tag, given, more={"demo/data.txt": b"text"})
    assert report
    assert report.verdict == "consistent"
    assert report.platforms == {tag: "consistent"}
    assert report.findings == ()
    assert report.not_decided
    rest = section(10, vector([])) + section(11, vector([]))  # that no rule reads
    assert audited(tmp_path, tag, module(INIT) + rest)
    (seen,) = report.modules
    assert seen["kind"] == "core module"
    assert seen["init"] == ["PyInit_demo"]


# The tag, what is in the module, the rule that it contradicts, and words of the message.
CONTRADICTING: list[tuple[str, Any, str, str]] = [
    (PY, b"\x7fELF", "module-format", "not WebAssembly"),
    (WASI, {"component": True}, "module-format", "component"),
    (WASI, having(dylink="last"), "module-dylink", "first section is type"),
    (PY, having(dylink="none"), "module-dylink", "wanted dylink.0"),
    (PY, b"\0asm\1\0\0\0", "module-dylink", "nothing"),
    (PY, having(memory(4)), "module-memory64", "64-bit"),
    (PY, having(memory(3)), "module-threads", "shared"),
    (PY, having(features=["+shared-mem"]), "module-threads", "shared-mem"),
    (WASI, having(features=["+atomics"]), "module-threads", "atomics"),
    (PY, of("invoke_ii"), "module-exceptions", "JavaScript"),
    (OLD, having(EXCEPTION), "module-exceptions", "bly; wanted those of JavaScript"),
    (OLD, having(tags=True), "module-exceptions", "tags of its own"),
    (WASI, having(tags=True), "module-exceptions", "wanted none"),
    (WASI, of("longjmp"), "module-exceptions", "setjmp"),
    (WASI, having(EXCEPTION), "module-exceptions", "wanted none"),
    (PY, of("f", where="mine"), "module-imports", "mine"),
    (WASI, of("fd_write", where=PREVIEW), "module-imports", PREVIEW),
    (WASI, of("f", where="wasi:cli/run@0.3.0"), "module-imports", "0.3.0"),
    (PY, of("nobody"), "module-symbols", "nobody"),
    (WASI, of("dup"), "module-symbols", "dup"),
    (PY, of("PyNot_There"), "module-cpython", "PyNot_There"),
    (WASI, having(needed=["libssl.so"]), "module-needed", "libssl.so"),
    (WASI, {}, "module-init", "PyInit_demo"),
    (PY, {"exports": ["PyInit_demo", "orig$f"]}, "module-bigint", "orig$f"),
]


@pytest.mark.parametrize(("tag", "given", "rule", "words"), CONTRADICTING)
def test_contradicting(
    tag: str, given: Any, rule: str, words: str, tmp_path: Path
) -> None:
    report = audited(tmp_path, tag, given)
    assert report.verdict == report.platforms[tag] == "contradicts"
    assert not report
    (one,) = [x for x in report.findings if x.rule == rule]
    assert one.severity == "contradicts"
    assert words in one.message
    assert one.member == "demo.abi3.so"
    assert one.requirement or one.source
    if rule not in ("module-init", "module-cpython"):
        assert one.offset is not None


def test_what_a_platform_allows(tmp_path: Path) -> None:
    for tag, given in (
        (WASI, of("f", where="wasi:cli/environment@0.2.3")),
        (SDK_24, of("f", where=PREVIEW)),
        (PY, of("fd_write", where=PREVIEW)),
        (PY, having(EXCEPTION)),
        (OLD, of("invoke_vij")),
        (PY, having(*imports("shout"), exports=["PyInit_demo", "__em_js__shout"])),
        (PY, having(features=["-atomics", "+simd128"])),
        (WASI, having(needed=["libc.so", "libc++.so"])),
    ):
        assert "contradicts" not in found(audited(tmp_path, tag, given)).values()


def test_what_nobody_can_tell_says_what_is_needed(tmp_path: Path) -> None:
    for tag, given, rule in (
        (NEW, INIT, "tag-known"),
        (NEW, of("x"), "module-symbols"),
        (SDK_24, of("x"), "module-symbols"),
        (PY, {"needed": ["libx.so"], **INIT}, "module-needed"),
        (PY, {}, "module-init"),
        ("emscripten_4_0_9_wasm32", INIT, "tag-portable"),
        ("wasi_0_0_0_wasm32", INIT, "tag-portable"),
        (SDK_24, CPYTHON, "module-symbols"),
    ):
        report = audited(tmp_path, tag, given)
        assert report.verdict == "cannot tell"
        (one,) = [x for x in report.findings if x.rule == rule]
        assert one.severity == "cannot tell"
        assert one.needed


def test_a_symbol_may_be_in_a_library_that_is_elsewhere(tmp_path: Path) -> None:
    unknown = dict.fromkeys(["module-symbols", "module-needed"], "cannot tell")
    assert found(audited(tmp_path, PY, NEEDING)) == unknown
    # In a library that is in the wheel and broken, it may be too.
    elf = {"demo.libs/libx.so": b"\x7fELF"}
    assert found(audited(tmp_path, PY, NEEDING, more=elf)).items() >= {UNKNOWN_SYMBOL}
    elf = {"b.so": b"\x7fELF"}
    report = audited(tmp_path, SDK_24, CPYTHON, more=elf)
    assert found(report).items() >= {UNKNOWN_SYMBOL}
    report = audited(tmp_path, PY, CPYTHON, python="cp314-cp314", more={"b.so": b"?"})
    assert found(report)["module-cpython"] == "cannot tell"


NEEDING = having(*imports("x"), needed=["libx.so"])
UNKNOWN_SYMBOL = ("module-symbols", "cannot tell")
LIBRARY = module({"exports": ["x"]})
BESIDE = {**NEEDING, "runtime_paths": ["$ORIGIN"]}


def test_a_library_lies_where_the_loader_looks(tmp_path: Path) -> None:
    more = {"demo.libs/libx.so": LIBRARY}
    for tag, paths, verdict in (
        (PY, ["$ORIGIN/../demo.libs"], "consistent"),
        (PY, ["$ORIGIN/demo.libs"], "contradicts"),
        (PY, [], "contradicts"),
        (OLD, [], "consistent"),
    ):
        given = {**NEEDING, "runtime_paths": paths}
        for name in ("pack/demo.abi3.so", "demo-1.0.data/platlib/pack/demo.abi3.so"):
            report = audited(tmp_path, tag, given, name=name, more=more)
            assert report.verdict == verdict
    library = {"libx.so": LIBRARY}
    assert audited(tmp_path, PY, BESIDE, more=library)
    assert not audited(tmp_path, OLD, BESIDE, more=library)
    # Nobody has said where the loader of the new one looks.
    assert "module-needed" not in found(audited(tmp_path, NEW, BESIDE, more=library))
    # Libraries may need each other.
    both = {"needed": ["libx.so"], "runtime_paths": ["$ORIGIN"], "exports": ["x"]}
    assert audited(tmp_path, PY, BESIDE, more={"libx.so": module(both)})


@pytest.mark.parametrize(
    ("name", "python", "verdict"),
    [
        (f"demo{SUFFIX}", "cp313-cp313", "consistent"),
        ("demo.abi3.so", "cp313-cp313", "consistent"),
        ("demo.abi3-wasm32-emscripten.so", "cp311-abi3", "consistent"),
        ("demo.so", "cp313-cp313", "consistent"),
        (f"demo{SUFFIX}", "cp313-none", "consistent"),
        (f"demo{SUFFIX}", "py3-none", "cannot tell"),
        (f"demo{SUFFIX}", "cp311-abi3", "contradicts"),
        (f"demo{SUFFIX}", "cp314-cp314", "contradicts"),
        (f"demo{SUFFIX}", "cp313-cp313t", "contradicts"),
        ("demo.cpython-313-wasm32-wasi.so", "cp313-cp313", "contradicts"),
        ("demo.abi3-wasm32-wasi.so", "cp311-abi3", "contradicts"),
        ("demo.cpython-313-x86_64-linux-gnu.so", "cp313-cp313", "contradicts"),
    ],
)
def test_the_suffix(name: str, python: str, verdict: str, tmp_path: Path) -> None:
    report = audited(tmp_path, PY, name=name, python=python)
    assert report.verdict == found(report).get("module-suffix", "consistent") == verdict


def test_the_name_of_the_init_function(tmp_path: Path) -> None:
    for stem, export in (
        ("__init__", "PyInit_pack"),
        ("mod", "PyInit_mod"),
        ("lančmít", "PyInitU_lanmt_2sa6t"),
        ("mod", "PyModExport_mod"),
        ("lančmít", "PyModExportU_lanmt_2sa6t"),
    ):
        name = f"pack/{stem}.abi3.so"
        assert audited(tmp_path, WASI, {"exports": [export]}, name=name)
        assert not audited(tmp_path, WASI, {"exports": ["PyInit_other"]}, name=name)


def test_cpython_s_symbols_are_reported_apart(tmp_path: Path) -> None:
    given = of("PyNot_There", "nobody")
    report = audited(tmp_path, PY, given)
    wrong = {"module-symbols": "contradicts", "module-cpython": "contradicts"}
    assert found(report) == wrong
    # Another CPython than the one whose exports are known.
    for python in ("cp314-cp314", "cp314-abi3", "py3-none"):
        report = audited(tmp_path, PY, given, python=python)
        assert found(report) == {**wrong, "module-cpython": "cannot tell"}
    assert not found(audited(tmp_path, PY, python="cp314-cp314"))


def test_names_that_are_many_are_counted(tmp_path: Path) -> None:
    names = [f"nobody_{number}" for number in range(9)]
    (one,) = audited(tmp_path, PY, of(*names)).findings
    assert "and 4 more" in one.message
    assert one.names == tuple(names)


def test_a_tag_that_names_no_platform(tmp_path: Path) -> None:
    for tag, rule in (
        ("pyodide_2025_00_wasm32", "tag-grammar"),
        ("pyemscripten_2025_0_wasm64", "wasm64-reserved"),
        ("wasix_wasm32", "not-portable"),
        ("manylinux_2_17_x86_64", "not-portable"),
        ("any", "not-portable"),
    ):
        report = audited(tmp_path, tag)
        (one,) = report.findings
        assert found(report) == {"tag-portable": "contradicts"}
        assert one.requirement == rule
        assert report.not_decided == ()
    # Other tools judge other platforms.
    for name, data in (("demo.so", b"\x7fELF"), ("demo.txt", b"text")):
        report = audited(tmp_path, "linux_x86_64", data, name=name)
        assert found(report) == {"tag-portable": "cannot tell"}


def test_each_tag_of_a_set_is_judged(tmp_path: Path) -> None:
    report = audited(tmp_path, f"{OLD}.{PY}", having(EXCEPTION))
    assert report.verdict == "contradicts"
    assert report.platforms == {OLD: "contradicts", PY: "consistent"}


def test_warnings_leave_the_verdict_alone(tmp_path: Path) -> None:
    unread = b"\0asm\1\0\0\0" + custom("dylink.0", b"\2\2\0\0")
    for tag, given, name, rule in (
        (PY, having(features=["+atomics"]), "demo.abi3.so", "module-threads"),
        (PY, unread, "demo.so", "module-dylink"),
        ("pyodide_2025_0_wasm32", INIT, "demo.abi3.so", "tag-alias"),
    ):
        report = audited(tmp_path, tag, given, name=name)
        assert report
        assert found(report) == {rule: "warning"}
    debug = custom(".debug_str", b"wasisdk://v20.0")
    for tag, said in ((PY, True), (WASI, True), ("wasi_0_1_sdk_20_wasm32", False)):
        report = audited(tmp_path, tag, module(INIT) + debug)
        assert ("module-toolchain" in found(report)) is said
        assert report.modules[0]["wasi_sdks"] == [20]


def test_a_wheel_without_a_module_cannot_be_judged(tmp_path: Path) -> None:
    unjudged = {"wheel-modules": "cannot tell"}
    assert found(audited(tmp_path, PY, b"text", name="demo.py")) == unjudged
    # A file of WebAssembly that is no extension is not the loader's.
    report = audited(tmp_path, PY, {"component": True}, name="data/app.wasm")
    assert found(report) == unjudged
    assert report.modules[0]["kind"] == "component"
    report = audited(tmp_path, PY, {"dylink": "none"}, name="data/app.wasm")
    assert report.modules[0]["kind"] == "file"


def test_a_file_name_that_says_something_else_than_wheel(tmp_path: Path) -> None:
    for stated in ((), ("cp311-abi3-any",), (f"cp313-cp313-{PY}",)):
        report = audited(tmp_path, PY, stated=stated)
        (one,) = report.findings
        assert (one.rule, one.severity) == ("wheel-tags", "contradicts")
        assert one.member == "demo-1.0.dist-info/WHEEL"
        assert report.verdict == "contradicts"


def rewritten(path: Path, change: Any) -> Path:
    """A wheel whose members, as a dict, were changed."""
    with zipfile.ZipFile(path) as old:
        members = {name: old.read(name) for name in old.namelist()}
    change(members)
    with zipfile.ZipFile(path, "w") as new:
        for name, data in members.items():
            new.writestr(name, data)
    return path


INFO = "demo-1.0.dist-info"
RECORD = f"{INFO}/RECORD"
TOO_MANY = "WHEEL states {} tags; at most 10000 are read"
ROWS = ",,\n".join(map(str, range(65_537)))


def record(change: Any) -> Any:
    """A change of RECORD's text."""
    return lambda m: m.update({RECORD: change(m[RECORD].decode()).encode()})


def put(data: bytes, name: str = f"{INFO}/WHEEL") -> Any:
    """A change that puts a member there."""
    return lambda members: members.update({name: data})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda m: m.pop(RECORD), "there is none"),
        (put(module(having(features=["-x"])), "demo.abi3.so"), "another sha256"),
        (put(b"", "extra"), "does not list it"),
        (lambda m: m.pop("demo.txt"), "it is not there"),
        (record(lambda text: text + "demo.txt,,\n"), "twice"),
        (record(lambda t: t.replace(",4\n", ",5\n")), "has the size '5', it is 4"),
        (record(lambda text: text.replace("sha256=", "")), "wanted sha256"),
        (record(lambda text: text.replace("sha256=", "sha512=")), "another sha512"),
        (put(f"demo.txt,,\n{RECORD},,\n".encode(), RECORD), "no hash; wanted sha256"),
    ],
)
def test_what_record_says_wrong(change: Any, words: str, tmp_path: Path) -> None:
    files = {"demo.abi3.so": module(INIT), "demo.txt": b"text"}
    report = audit(rewritten(wheel(tmp_path, NAME, files), change))
    assert set(found(report)) == {"wheel-record"}
    assert any(words in one.message for one in report.findings)
    assert not report


@pytest.mark.parametrize(
    "name",
    ["md5", "MD5", "SHA1", "sha224", "SHA256", "ripemd160", "shake_128", "x", "\x1b"],
)
def test_record_needs_a_hash_that_is_allowed(name: str, path: Path) -> None:
    report = audit(rewritten(path, record(lambda t: t.replace("sha256=", f"{name}="))))
    assert {one.message for one in report.findings} == {
        f"RECORD has {name!r}; wanted sha256, sha384 or sha512"
    }


@pytest.mark.parametrize("name", ["sha256", "sha384", "sha512"])
def test_record_may_have_a_better_hash(name: str, tmp_path: Path) -> None:
    data = module(INIT)
    path = wheel(tmp_path, NAME, {"demo.abi3.so": data})
    old, new = (
        base64.urlsafe_b64encode(hashlib.new(one, data).digest()).decode().rstrip("=")
        for one in ("sha256", name)
    )
    change = record(lambda text: text.replace(f"sha256={old}", f"{name}={new}"))
    assert not audit(rewritten(path, change)).findings


def test_record_may_have_blank_lines_and_signatures(tmp_path: Path) -> None:
    path = rewritten(wheel(tmp_path, NAME, {"a.abi3.so": b""}), record("\n{}".format))
    signed = rewritten(path, put(b"{}", f"{RECORD}.jws"))
    assert "wheel-record" not in found(audit(signed))


def test_purelib_with_modules_is_worth_a_warning(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        pure = archive.read(f"{INFO}/WHEEL").replace(b"false", b"True")
    rewritten(rewritten(path, put(pure)), lambda members: members.pop(RECORD))
    assert found(audit(path))["wheel-purelib"] == "warning"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda m: m.pop(f"{INFO}/METADATA"), "METADATA is missing"),
        (lambda m: m.pop(f"{INFO}/WHEEL"), "WHEEL is missing"),
        (put(b"", "b.dist-info/x"), "has 2 folders .dist-info"),
        (lambda m: [m.pop(name) for name in list(m)], "has 0 folders .dist-info"),
        (put(b"a,b\n", RECORD), "RECORD is no list"),
        (put(b"\xff", RECORD), "RECORD is no list"),
        (put(b"Tag: what\n"), "'what' is no tag"),
        (put(bytes(2**20 + 1)), "at most 1048576 are read"),
        (put(b"Tag: %b-%b-%b\n" % ((b"a." * 99,) * 3)), TOO_MANY.format(10**6)),
        (put(b"Tag: a.a-a-a\n" * 5001), TOO_MANY.format(10002)),
        (record(lambda text: text + "a,,\n" * 65_536), "more than 65535 rows"),
        (record(lambda text: text + ROWS), "more than 65535 rows"),
    ],
)
def test_what_is_no_wheel_is_refused(change: Any, words: str, path: Path) -> None:
    with pytest.raises(UnsafeWheelError, match=words.replace(".", r"\.")):
        audit(rewritten(path, change))


def test_a_large_member_is_hashed_whatever_it_is(tmp_path: Path) -> None:
    large = random.Random(1).randbytes(10**6)
    more = {"a.txt": large, "b.so": b"\x7fELF" + large, "c.so": b"\0asm" + large}
    report = audited(tmp_path, PY, more=more)
    assert found(report) == {"module-format": "contradicts"}


def test_a_wheel_s_name_is_asked_for(tmp_path: Path) -> None:
    for name in (
        *("demo.zip", "demo-1.0.whl", "demo-not~1-py3-none-any.whl"),
        f"demo-1.0-{'a.' * 99}a-{'b.' * 99}b-c.d.whl",
    ):
        with pytest.raises(UnsafeWheelError, match="file name of a wheel"):
            audit(tmp_path / name)
    path = wheel(tmp_path, NAME, {})
    for name in ("demo-2.0", "other-1.0"):
        with pytest.raises(UnsafeWheelError, match="another project or version"):
            audit(path.rename(tmp_path / f"{name}-cp311-abi3-{PY}.whl"))
        path = wheel(tmp_path, path.name, {})


def test_limits_of_modules(tmp_path: Path, monkeypatch: MonkeyPatch) -> None:
    monkeypatch.setattr(binary_module, "MOST_ENTRIES", 15)
    assert audited(tmp_path, PY)
    why = r"'b\.abi3\.so': up to here, the wheel has"
    with pytest.raises(UnsafeWheelError, match=why):
        audited(tmp_path, PY, more={"b.abi3.so": module(INIT)})
    monkeypatch.setattr(binary_module, "LARGEST_SECTION", 10)
    why = r"'demo\.abi3\.so': the dylink\.0 section"
    with pytest.raises(UnsafeWheelError, match=why):
        audited(tmp_path, PY, {"needed": ["a-long-name.so"]})


def test_a_wheel_is_held_against_other_platforms(path: Path) -> None:
    heard: list[str] = []
    report = audit(path, [WASI, OLD], heard.append)
    assert list(report.platforms) == [OLD, WASI]
    assert report
    assert "demo.abi3.so" in heard


def test_a_module_alone() -> None:
    platform = WasiPlatform(0, 2, 33)
    given = of("PyNot_There", "malloc")
    name = "demo.cpython-314-wasm32-wasi.so"
    assert not list(check_module(name, module(given), platform))
    (one,) = check_module(name, module({"component": True}), platform)
    assert one.rule == "module-format"
    assert parse_tag(f"cp314-cp314-{one.platform}")


def test_sarif_says_the_same(tmp_path: Path) -> None:
    odd = {"imports": imports("nobody"), "features": ["+atomics"]}
    report = audited(tmp_path, PY, odd)
    log = sarif([report], [("bad file.whl", "it is no zip file")])
    (run,) = log["runs"]
    driver = run["tool"]["driver"]
    assert [rule["id"] for rule in driver["rules"]] == list(rules())
    levels = {"contradicts": ("fail", "error"), "warning": ("fail", "warning")}
    levels["cannot tell"] = ("open", "none")
    assert len(run["results"]) == len(report.findings) == 3
    for result, one in zip(run["results"], report.findings, strict=True):
        rule = driver["rules"][result["ruleIndex"]]
        assert rule["id"] == result["ruleId"] == one.rule
        assert (result["kind"], result["level"]) == levels[one.severity]
        assert one.message in result["message"]["text"]
        (place,) = result["locations"]
        uri = place["physicalLocation"]["artifactLocation"]["uri"]
        assert uri == report.path.as_uri()
        name = place["logicalLocations"][0]["fullyQualifiedName"]
        assert name == f"{report.filename}/demo.abi3.so"
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is False
    (note,) = invocation["toolExecutionNotifications"]
    assert "bad%20file.whl" in json.dumps(note)
    assert sarif([])["runs"][0]["invocations"][0]["executionSuccessful"]


def test_an_open_result_of_sarif_says_what_is_needed(tmp_path: Path) -> None:
    log = sarif([audited(tmp_path, PY, python="cp314-cp314", given=CPYTHON)])
    (result,) = log["runs"][0]["results"]
    assert result["kind"] == "open"
    assert "; needed: an interpreter of" in result["message"]["text"]
    assert "PEP requirement" not in result["message"]["text"]
    # A finding about the tag has no member.
    log = sarif([audited(tmp_path, "pyodide_2025_0_wasm32")])
    (result,) = log["runs"][0]["results"]
    assert "logicalLocations" not in result["locations"][0]
