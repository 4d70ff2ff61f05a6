"""Runs of CPython's configure, and of the interpreter that was built."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.native.context import GUEST
from tests.native.observe import Observation, Run, shown
from tests.toolkit.paths import ROOT
from tests.toolkit.process import CompletedProcess, environment, run
from tests.toolkit.runtimes import wasi as matrix_wasi
from tests.upstream.run import changed_source

from .build import HOST, MAKE, BuildCache

CHECKING = "checking for the WASI platform"


@dataclass(frozen=True)
class Setting:
    """The sysroot that configure finds, and what it is given."""

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


def configured(setting: Setting, build_cache: BuildCache) -> Observation:
    """Run configure until it prints the platform, or stops."""
    compiler = build_cache.toolchain(*setting.sdk)
    folder = build_cache.root / "configure"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    compiler.say_version(setting.version_file)
    more = {"WASI_PLATFORM_VERSION": setting.given} if setting.given else {}
    command = build_cache.configure(build_cache.native, setting.host)
    command += [setting.option] if setting.option else []
    text = ""
    with subprocess.Popen(
        [str(part) for part in command],
        cwd=folder,
        env=build_cache.environment(compiler, **more),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout
        for line in process.stdout:
            text += line
            # The rest of configure takes half a minute and does not concern the platform.
            if CHECKING in line and not line.rstrip().endswith("..."):
                answer = line.partition(CHECKING)[2].removeprefix("...").strip()
                if not answer.startswith("configure: error"):
                    process.terminate()
                    return shown(answer, f"{CHECKING}... {answer}", text)
    _, error, message = text.rpartition("configure: error: ")
    return shown("stops", f"{error}{message}".splitlines()[0], text)


def python(
    build_cache: BuildCache, *arguments: str, mounts: dict[str, Path], built: Path
) -> CompletedProcess:
    """Run the built interpreter in wasmtime."""
    (library,) = built.glob("build/lib.wasi-*")
    guest = {"/": build_cache.patched, "/built": built, **mounts}
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
    return run(
        [sys.executable, matrix_wasi.HOST, json.dumps(options)],
        environment([build_cache.downloads.wasmtime]),
    )


def mounts(build_cache: BuildCache, packaging: Path | None = None) -> dict[str, Path]:
    """Return the guest paths of the library, of `packaging` and of pip."""
    return {
        "/packaging": packaging or build_cache.downloads.packaging,
        "/reference": ROOT / "reference",
        "/pip": build_cache.downloads.requirement(
            f"pip=={build_cache.downloads.pips[-1]}"
        ),
        "/report": GUEST / "interpreter",
    }


def report(build_cache: BuildCache) -> Observation:
    """Run the report in the interpreter."""
    process = python(
        build_cache,
        "/report/environment_report.py",
        mounts=mounts(build_cache),
        built=build_cache.wasi,
    )
    lines = [line for line in process.text.splitlines() if line.startswith("{")]
    if not lines:
        return shown("no report", process.last, process.text)
    found = json.loads(lines[-1])
    stated = found["config"]["WASI_PLATFORM_VERSION"]
    lines = [f"{key}: {json.dumps(value)}" for key, value in found.items()]
    return shown(f"states {stated or 'no platform'}", "\n".join(lines), process.text)


def upstream(build_cache: BuildCache) -> Observation:
    """Run `packaging` with the proposed change, and without a patch at run time."""
    folder = changed_source("packaging", build_cache.downloads.root)
    code = "import packaging.tags as t; print(*t.platform_tags())"
    process = python(
        build_cache,
        "-c",
        code,
        mounts=mounts(build_cache, folder / "src"),
        built=build_cache.wasi,
    )
    return _answer(process)


def pip(code: str, build_cache: BuildCache) -> Observation:
    """Run pip, or code that uses it, as far as it gets."""
    process = python(
        build_cache, "-c", code, mounts=mounts(build_cache), built=build_cache.wasi
    )
    return _answer(process)


def own_tests(build_cache: BuildCache) -> Observation:
    """Run CPython's own tests of sysconfig."""
    process = python(
        build_cache,
        "-m",
        "unittest",
        "test.test_sysconfig",
        mounts={},
        built=build_cache.wasi,
    )
    ran = next((x for x in process.text.splitlines() if x.startswith("Ran ")), "")
    return shown(
        process.last.partition(" ")[0], f"{ran.partition(' in ')[0]}: {process.last}"
    )


CALLS = "import clib; print(clib.convert('42'), clib.convert('9' * 20), clib.stored('kept'))"


def extension(build_cache: BuildCache) -> Observation:
    """Call the module that is linked into the interpreter."""
    return _clib(build_cache, build_cache.wasi)


def extension_of(sdk: int, wasi: str, build_cache: BuildCache) -> Observation:
    """Compile the module for another sysroot, and link it into the same interpreter."""
    folder = build_cache.root / "relinked"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(build_cache.wasi, folder, symlinks=True)
    clang = build_cache.toolchain(sdk, wasi).folder / "bin" / "clang"
    made = folder / "Modules" / "clib.o"
    source = build_cache.patched / "Modules" / "clib.c"
    compiled = run([clang, "-O1", "-c", source, "-o", made])
    (folder / "python.wasm").unlink()
    (folder / "python.compiled").unlink(missing_ok=True)
    process = run(
        [*MAKE, "python.wasm"],
        build_cache.environment(build_cache.toolchain(34, "0.1")),
        folder,
    )
    if compiled.status or process.status:
        return shown("link fails", (compiled if compiled.status else process).last)
    return _clib(build_cache, folder)


def _clib(build_cache: BuildCache, built: Path) -> Observation:
    scratch = build_cache.root / "scratch"
    scratch.mkdir(exist_ok=True)
    process = python(
        build_cache, "-c", CALLS, mounts={"/scratch": scratch}, built=built
    )
    right = process.last == "42 ERANGE kept"
    return shown("works" if right else "fails", process.last, process.text)


def _answer(process: CompletedProcess, before: str = "") -> Observation:
    kind = "answers" if process.status == 0 else "stops"
    return shown(kind, process.last, before + process.text)


GETUID = "import os; os.getuid = lambda: 0; "
RUN_PIP = "import sys; sys.argv = ['pip', {}]; import runpy; runpy.run_module('pip', run_name='__main__')"
VENDORED = (
    "import pip._vendor.packaging.tags as t, wasm_platform_tags as w;"
    " before = [*t.platform_tags()]; w.patch(t); print(*before, '|', *t.platform_tags())"
)


def runs() -> Iterator[Run]:
    """Yield every run, in the order of the page."""
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
