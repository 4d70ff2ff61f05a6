"""What configure and the built interpreter are asked."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from tests.matrix.settings import ROOT
from tests.native.context import GUEST
from tests.native.observe import Observation, Run, shown
from tests.toolkit.process import CompletedProcess, environment, tool
from tests.toolkit.runtimes import wasi as matrix_wasi
from tests.upstream.run import changed_source

from .build import HOST, jobs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .build import BuildCache

PIP = "pip==26.3"
CHECKING = "checking for the WASI platform"


@dataclass(frozen=True)
class Setting:
    """What configure finds, and is given."""

    what: str
    sdk: tuple[int, str] = (34, "0.1")
    version_file: str = ""
    given: str = ""
    host: str = HOST
    option: str = ""


NO_HEADER = (33, "0.1")  # Debian built it: its wasi/version.h names no SDK
SETTINGS = {
    "header": Setting("the header of SDK 34"),
    "version-file": Setting("VERSION says 33.0", NO_HEADER, "33.0\nwasi-libc: 1\n"),
    "release-candidate": Setting("VERSION says 33.0-rc.1", NO_HEADER, "33.0-rc.1\n"),
    "given": Setting("given by hand", NO_HEADER, given="0_1_sdk_33"),
    "not-known": Setting("nothing tells the SDK", NO_HEADER),
    "header-and-version-file": Setting(
        "the header says 34, VERSION 33", version_file="33.0\n"
    ),
    "header-and-given": Setting("the header says 34, given 33", given="0_1_sdk_33"),
    "malformed": Setting("given 0_1_33", given="0_1_33"),
    "another-wasi": Setting(
        "WASI 0.1's header, the target is 0.2's", host="wasm32-unknown-wasip2"
    ),
    "threads": Setting("the sysroot with threads", option="--enable-wasm-pthreads"),
}


def configured(setting: Setting, shop: BuildCache) -> Observation:
    """Run configure up to its answer."""
    compiler = shop.toolchain(*setting.sdk)
    folder = shop.root / "configure"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    compiler.say_version(setting.version_file)
    more = {"WASI_PLATFORM_VERSION": setting.given} if setting.given else {}
    command = [
        *shop.configure(None, setting.host),
        f"--with-build-python={shop.native}",
    ]
    command += [setting.option] if setting.option else []
    text = ""
    with subprocess.Popen(
        [str(part) for part in command],
        cwd=folder,
        env=shop.environment(compiler, **more),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout
        for line in process.stdout:
            text += line
            # It goes on for half a minute, and says nothing more of this.
            if CHECKING in line and not line.rstrip().endswith("..."):
                answer = line.partition(CHECKING)[2].removeprefix("...").strip()
                if not answer.startswith("configure: error"):
                    process.terminate()
                    return shown(answer, f"{CHECKING}... {answer}", text)
    _, error, told = text.rpartition("configure: error: ")
    return shown("stops", f"{error}{told}".splitlines()[0], text)


def python(
    shop: BuildCache, *arguments: str, mounts: dict[str, Path], built: Path
) -> CompletedProcess:
    """Run the built interpreter in wasmtime."""
    (library,) = built.glob("build/lib.wasi-*")
    guest = {"/": shop.patched, "/built": built, **mounts}
    path = ["/Lib", f"/built/build/{library.name}", *mounts]
    options = {
        "module": str(built / "python.wasm"),
        "compiled": str(built / "python.compiled"),
        "mounts": {name: str(host) for name, host in guest.items()},
        "environment": {
            "PYTHONPATH": ":".join(path),
            "PYTHONDONTWRITEBYTECODE": "1",
            "HOME": "/",
        },
        "arguments": list(arguments),
    }
    return tool(
        [sys.executable, matrix_wasi.HOST, json.dumps(options)],
        environment([shop.downloads.wasmtime]),
    )


def mounts(shop: BuildCache, packaging: Path | None = None) -> dict[str, Path]:
    """The library, a packaging and a pip, all on the path."""
    return {
        "/packaging": packaging or shop.downloads.packaging,
        "/reference": ROOT / "reference",
        "/pip": shop.downloads.requirement(PIP),
        "/report": GUEST / "interpreter",
    }


def report(shop: BuildCache) -> Observation:
    """What the interpreter says of itself."""
    said = python(
        shop, "/report/environment_report.py", mounts=mounts(shop), built=shop.wasi
    )
    lines = [line for line in said.text.splitlines() if line.startswith("{")]
    if not lines:
        return shown("no report", said.last, said.text)
    found = json.loads(lines[-1])
    stated = found["config"]["WASI_PLATFORM_VERSION"]
    lines = [f"{key}: {json.dumps(value)}" for key, value in found.items()]
    return shown(f"states {stated or 'no platform'}", "\n".join(lines), said.text)


def upstream(shop: BuildCache) -> Observation:
    """The packaging with the change that it would take, and no patch at run time."""
    folder = changed_source("packaging", shop.downloads.root)
    code = "import packaging.tags as t; print(*t.platform_tags())"
    said = python(
        shop, "-c", code, mounts=mounts(shop, folder / "src"), built=shop.wasi
    )
    return _answer(said)


def pip(code: str, shop: BuildCache) -> Observation:
    """As far as pip gets."""
    said = python(shop, "-c", code, mounts=mounts(shop), built=shop.wasi)
    return _answer(said)


def own_tests(shop: BuildCache) -> Observation:
    """CPython's own tests of sysconfig."""
    said = python(
        shop, "-m", "unittest", "test.test_sysconfig", mounts={}, built=shop.wasi
    )
    ran = next((x for x in said.text.splitlines() if x.startswith("Ran ")), "")
    return shown(
        said.last.partition(" ")[0], f"{ran.partition(' in ')[0]}: {said.last}"
    )


CALLS = "import clib; print(clib.convert('42'), clib.convert('9' * 20), clib.stored('kept'))"


def extension(shop: BuildCache) -> Observation:
    """Call the module that is linked into the interpreter."""
    return _clib(shop, shop.wasi)


def extension_of(sdk: int, wasi: str, shop: BuildCache) -> Observation:
    """Compile the module for another sysroot, and link it into the same interpreter."""
    folder = shop.root / "relinked"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(shop.wasi, folder, symlinks=True)
    clang = shop.toolchain(sdk, wasi).folder / "bin" / "clang"
    made = folder / "Modules" / "clib.o"
    source = shop.patched / "Modules" / "clib.c"
    compiled = tool([clang, "-O1", "-c", source, "-o", made])
    (folder / "python.wasm").unlink()
    (folder / "python.compiled").unlink(missing_ok=True)
    said = tool(
        ["make", "-s", jobs(), "python.wasm"],
        shop.environment(shop.toolchain(34, "0.1")),
        folder,
    )
    if compiled.status or said.status:
        return shown("link fails", (compiled if compiled.status else said).last)
    return _clib(shop, folder)


def _clib(shop: BuildCache, built: Path) -> Observation:
    scratch = shop.root / "scratch"
    scratch.mkdir(exist_ok=True)
    said = python(shop, "-c", CALLS, mounts={"/scratch": scratch}, built=built)
    right = said.last == "42 ERANGE kept"
    return shown("works" if right else "fails", said.last, said.text)


def _answer(said: CompletedProcess, before: str = "") -> Observation:
    kind = "answers" if said.status == 0 else "stops"
    return shown(kind, said.last, before + said.text)


GETUID = "import os; os.getuid = lambda: 0; "
RUN_PIP = "import sys; sys.argv = ['pip', {}]; import runpy; runpy.run_module('pip', run_name='__main__')"
VENDORED = (
    "import pip._vendor.packaging.tags as t, wasm_platform_tags as w;"
    " before = [*t.platform_tags()]; w.patch(t); print(*before, '|', *t.platform_tags())"
)


def runs() -> Iterator[Run]:
    """Every question, in the order of the page."""
    for name, setting in SETTINGS.items():
        yield Run(
            f"cpython/configure/{name}",
            setting.what,
            partial(configured, setting),
            rule="discovery-wasi",
        )
    yield Run("cpython/states", "what it says of itself", report, rule="discovery-wasi")
    yield Run(
        "cpython/packaging",
        "packaging with the change that it would take",
        upstream,
        rule="tag-order-wasi",
    )
    yield Run("cpython/test_sysconfig", "CPython's tests of sysconfig", own_tests)
    for name, what, code in (
        ("as-it-is", "pip --version", RUN_PIP.format("'--version'")),
        (
            "with-getuid",
            "pip --version, given a getuid()",
            GETUID + RUN_PIP.format("'--version'"),
        ),
        ("debug", "pip debug, given a getuid()", GETUID + RUN_PIP.format("'debug'")),
        ("tags", "pip's packaging, then patched", VENDORED),
    ):
        yield Run(f"cpython/pip/{name}", what, partial(pip, code))
    yield Run("cpython/extension/own", "C for SDK 34, linked in", extension)
    for sdk, wasi in ((33, "0.1"), (15, "0.1")):
        yield Run(
            f"cpython/extension/sdk-{sdk}",
            f"C for SDK {sdk}, linked in",
            partial(extension_of, sdk, wasi),
            rule="exact-match",
        )
