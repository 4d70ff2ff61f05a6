"""The program that runs a Rust project's tests, without a compiler."""

import json
import re
from pathlib import Path

import pytest

from tests.toolkit.cache import ProvisionError
from tests.toolkit.paths import UPSTREAM
from tests.upstream import rust_tests, suites

OUTPUT = """\
running 4 tests
test tags::tests::one ... ok
test tags::tests::two - should panic ... ok
test platform::tests::three ... FAILED
test four ... ignored, because it is slow
"""


def test_a_report_has_every_test(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    rust_tests.write(dict(rust_tests.RAN.findall(OUTPUT)), report)
    assert suites.read(report, "tests", "3.11", "", tmp_path).tests == {
        "tags::tests::one": suites.PASSED,
        "tags::tests::two": suites.PASSED,
        "platform::tests::three": suites.FAILED,
        "four": suites.SKIPPED,
    }


def test_a_workspace_has_the_named_crates_alone(tmp_path: Path) -> None:
    source, folder = tmp_path / "source", tmp_path / "workspace"
    for name in ("a", "b"):
        (source / "crates" / name).mkdir(parents=True)
        (source / "crates" / name / "Cargo.toml").touch()
    manifest = '[workspace]\nmembers = ["crates/*"]\nresolver = "2"\n'
    (source / "Cargo.toml").write_text(manifest, "utf-8")
    rust_tests.workspace(source, ["crates/a"], folder, tmp_path / "registry")
    written = (folder / "Cargo.toml").read_text("utf-8")
    assert written == manifest.replace("*", "a")
    assert [path.name for path in (folder / "crates").iterdir()] == ["a"]
    settings = (folder / ".cargo" / "config.toml").read_text("utf-8")
    assert str(tmp_path / "registry") in settings
    with pytest.raises(ProvisionError, match="has no crate crates/c"):
        rust_tests.workspace(source, ["crates/c"], folder, tmp_path)
    (source / "Cargo.toml").write_text("[package]\n", "utf-8")
    with pytest.raises(ProvisionError, match="names no members"):
        rust_tests.workspace(source, [], folder, tmp_path)


def test_a_missing_cargo_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    plan = tmp_path / "crates.json"
    plan.write_text("{}", "utf-8")
    assert rust_tests.main([str(plan), str(tmp_path / "report.xml")]) == 2
    assert "cargo is not installed" in capsys.readouterr().err


@pytest.mark.parametrize(
    "plan", sorted(UPSTREAM.glob("*/crates.json")), ids=lambda plan: plan.parent.name
)
def test_plans_pin_every_package(plan: Path) -> None:
    data = json.loads(plan.read_bytes())
    assert set(data) == {"arguments", "members", "packages"}
    for path, sha256 in data["packages"].items():
        assert re.fullmatch(r"pool/main/r/[^/]+/librust-[^/]+\.deb", path)
        assert re.fullmatch("[0-9a-f]{64}", sha256)
