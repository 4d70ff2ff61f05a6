"""A sysroot is what provision.json says, or nothing is built with it."""

import hashlib
import io
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest

from tests.native.provision import PROVISION, downloads
from tests.native.sysroots import Sysroot
from tests.toolkit.cache import ProvisionError, Unit, make
from tests.toolkit.debian import Package
from wasm_platform_tags import WasiPlatform

HEADER = "#define __wasip{}__\n#define __wasi_sdk_major__ {}\n"


@pytest.fixture
def made(tmp_path: Path) -> Sysroot:
    """A made-up sysroot of SDK 34 for WASI 0.1."""
    headers, libraries = tmp_path / "include" / "wasi", tmp_path / "lib" / "target"
    for folder in (headers, libraries):
        folder.mkdir(parents=True)
    (headers.parent / "stdio.h").touch()
    (libraries / "libc.a").touch()
    (headers / "version.h").write_text(HEADER.format(1, 34))
    return Sysroot(
        platform=WasiPlatform(0, 1, 34),
        target="wasm32-wasip1",
        headers=headers.parent,
        libraries=libraries,
        cxx_headers=None,
        cxx_libraries=(),
        evidence="made up",
    )


def test_a_sysroot_of_the_expected_platform_is_accepted(made: Sysroot) -> None:
    assert made.check() is made
    assert made.includes() == ["-isystem", made.headers]


def test_a_sysroot_without_version_is_accepted_on_evidence(made: Sysroot) -> None:
    (made.headers / "wasi" / "version.h").unlink()
    assert made.check() is made


@pytest.mark.parametrize(
    ("wasi", "sdk", "expected"),
    [(2, 34, "WASI version: 0_2 and 0_1"), (1, 33, "WASI SDK: 34 and 33")],
)
def test_another_sysroot_is_refused(
    wasi: int, sdk: int, expected: str, made: Sysroot
) -> None:
    (made.headers / "wasi" / "version.h").write_text(HEADER.format(wasi, sdk))
    why = f"sysroot of WASI 0.1, SDK 34: .*{expected}"
    with pytest.raises(ProvisionError, match=why):
        made.check()


def test_a_header_and_a_version_file_that_differ_are_refused(made: Sysroot) -> None:
    (made.libraries.parents[1] / "VERSION").write_text("33.0\n")
    with pytest.raises(ProvisionError, match="disagree on the WASI SDK: 34 and 33"):
        made.check()


@pytest.mark.parametrize("name", ["stdio.h", "libc.a"])
def test_a_sysroot_in_parts_is_refused(name: str, made: Sysroot) -> None:
    (made.headers / name).unlink(missing_ok=True)
    (made.libraries / name).unlink(missing_ok=True)
    with pytest.raises(ProvisionError, match=f"SDK 34: .* has no {name}; found"):
        made.check()


def test_c_plus_plus_needs_its_library(made: Sysroot) -> None:
    with pytest.raises(ProvisionError, match=r"no libc\+\+, wanted one for C\+\+"):
        made.includes("c++")
    whole = replace(made, cxx_headers=made.headers / "c++")
    assert whole.includes("c++")[1::2] == [made.headers / "c++", made.headers]


def test_an_unknown_sdk_is_named() -> None:
    with pytest.raises(ProvisionError, match=r"SDK 33 for WASI 0\.3 is available; w"):
        downloads(Path("nowhere")).sysroot(33, "0.3")


def test_every_sysroot_says_how_its_sdk_is_known() -> None:
    for record in PROVISION["sysroots"]:
        assert str(record["sdk"]) in record["evidence"]


def test_nothing_is_fetched_before_it_is_asked_for(tmp_path: Path) -> None:
    found = downloads(tmp_path / "cache")
    assert all((found.pips, found.lines, found.units))
    assert not (tmp_path / "cache").exists()


def package(tmp_path: Path) -> tuple[Package, tuple[str, ...]]:
    """A package of Debian with one file, on a mirror that is a folder."""
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:xz") as archive:
        info = tarfile.TarInfo("./usr/include/stdio.h")
        info.size = 3
        archive.addfile(info, io.BytesIO(b"//\n"))
    control = io.BytesIO()
    with tarfile.open(fileobj=control, mode="w:xz"):
        pass
    parts = (
        ("debian-binary", b"2.0\n"),
        ("control.tar.xz", control.getvalue()),
        ("data.tar.xz", data.getvalue()),
    )
    deb = b"!<arch>\n"
    for name, content in parts:
        deb += f"{name:16}{0:<12}{0:<6}{0:<6}{'100644':8}{len(content):<10}`\n".encode()
        deb += content + b"\n" * (len(content) % 2)
    (tmp_path / "a.deb").write_bytes(deb)
    mirrors = ((tmp_path / "gone").as_uri() + "/", tmp_path.as_uri() + "/")
    return Package("a.deb", hashlib.sha256(deb).hexdigest()), mirrors


def test_a_package_is_unpacked_from_the_mirror_that_has_it(tmp_path: Path) -> None:
    deb, mirrors = package(tmp_path)
    deb.unpack(tmp_path / "out", mirrors)
    assert (tmp_path / "out/usr/include/stdio.h").read_text() == "//\n"


def test_another_package_is_refused(tmp_path: Path) -> None:
    deb, mirrors = package(tmp_path)
    with pytest.raises(ProvisionError, match=r"a\.deb: its sha256 is .*, wanted 0000"):
        replace(deb, sha256="0" * 64).unpack(tmp_path / "out", mirrors)
    assert not (tmp_path / "out").exists()


def test_the_error_for_a_missing_package_has_a_remedy(tmp_path: Path) -> None:
    deb, mirrors = package(tmp_path)
    why = r"a\.deb cannot be downloaded: .*pin its path"
    with pytest.raises(ProvisionError, match=why):
        deb.unpack(tmp_path / "out", mirrors[:1])


def test_a_folder_is_complete_or_absent(tmp_path: Path) -> None:
    def fill(folder: Path) -> None:
        (folder / "half").touch()
        raise ProvisionError("cut off")

    with pytest.raises(ProvisionError, match="cut off"):
        make(tmp_path / "cache", Unit("unit", "source", fill))
    assert list((tmp_path / "cache").iterdir()) == []
