"""A whole extension: C and C++ with the C library and libc++ of a WASI SDK.

Built against its sysroot, packed, selected, linked and run; refused for another SDK by
its tag; and forced there all the same.
"""

import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.toolkit.process import environment, run
from wasm_platform_tags.audit.wasm import read

from .bundled import libraries
from .context import (
    GUEST,
    LINKER,
    LINKERS,
    OLDEST_LINKER,
    PREVIOUS_LINKER,
    WASI,
    NativeContext,
)
from .observe import Observation, Run, shown
from .wasi_way import refuse_build
from .wheels import unpack

PYTHON = "3.14"
# What each is asked, and the right answer.
CALLS = {
    'clib.convert" "42': "42",
    'clib.convert" "99999999999999999999': "ERANGE",
    'clib.stored" "written-and-read': "written-and-read",
    'cxxlib.count" "b-a-b': "b-a-b=1",
    'needs.length" "seven77': "7",
}
# Another SDK, an older one, another WASI version.
WRONG = ("wasi_0_2_sdk_34_wasm32", "wasi_0_2_sdk_25_wasm32", "wasi_0_1_sdk_33_wasm32")


@dataclass(frozen=True)
class Build:
    """Modules, and the sysroot that they are built against."""

    sdk: int
    wasi: str
    modules: tuple[str, ...]
    define: str = ""
    check: str = ""

    @property
    def tag(self) -> str:
        """The platform tag of the wheel."""
        return f"wasi_{self.wasi.replace('.', '_')}_sdk_{self.sdk}_wasm32"

    def wheel(self, context: NativeContext) -> Path:
        """The wheel, by the project's backend."""
        sysroot = sdk_folder(context, self.sdk, self.wasi)
        options = [("module", name) for name in self.modules]
        options += [("define", self.define), ("check", self.check)]
        given = [f"{name}={value}" for name, value in options if value]
        return context.wheel(f"platform={self.tag}", f"sysroot={sysroot}", *given)


OURS = Build(33, "0.2", ("clib", "cxxlib"))
NEEDS = Build(33, "0.2", ("needs",), check="no")
WITH_DUP = Build(34, "0.1", ("clib",), "WITH_DUP=1")
OLDEST = Build(15, "0.1", OURS.modules)


@dataclass(frozen=True)
class Forced:
    """A build, unpacked without asking its tag, before another linker."""

    name: str
    what: str
    build: Build
    linker: str = LINKER


FORCED = (
    Forced("own-library", "C that needs a library of its wheel", NEEDS),
    Forced("dup", "C for SDK 34 that calls dup()", WITH_DUP),
    Forced("older-sdk", "C for SDK 25", Build(25, "0.2", ("clib",))),
    Forced("oldest-sdk", "C and C++ for SDK 15, WASI 0.1", OLDEST),
    Forced("older-wasi", "C and C++ for WASI 0.1", Build(33, "0.1", OURS.modules)),
    Forced("libcxx", "C++ for SDK 33", Build(33, "0.2", ("cxxlib",)), OLDEST_LINKER),
    Forced("newer-sdk", "C and C++ for SDK 33", OURS, PREVIOUS_LINKER),
)


def sdk_folder(context: NativeContext, sdk: int, wasi: str) -> Path:
    """A sysroot in the SDK's own layout, with shared libraries to link with.

    The shared libraries are always those of componentize-py's SDK 33 for WASI 0.2: their
    names alone reach the module.
    """

    def make() -> Path:
        found = context.downloads.sysroot(sdk, wasi)
        folder = context.folder(f"sysroot-{sdk}-{wasi}")
        target = f"wasm32-wasip{wasi.rpartition('.')[2]}"
        headers, place = folder / "include" / target, folder / "lib" / target
        shutil.copytree(found.headers, headers)
        if found.cxx_headers:
            (headers / "c++").mkdir(exist_ok=True)
            (headers / "c++" / "v1").symlink_to(found.cxx_headers)
        place.mkdir(parents=True)
        (place / "libc.a").symlink_to(found.libraries / "libc.a")
        libraries(context.downloads.requirement(f"componentize-py=={LINKER}"), place)
        return folder

    made: Path = context.once(f"sysroot {sdk} {wasi}", make)
    return made


def build(which: Build, context: NativeContext) -> Observation:
    """Build the wheel and look into it."""
    wheel = which.wheel(context)
    lines = [wheel.name]
    site = unpack(wheel, context.folder(f"look-{which.modules}"))
    for path in sorted(site.glob("*.so")):
        found = read(path.read_bytes())
        taken = {x.name for x in found.imports if not x.name.startswith(("_", "Py"))}
        needed = ", ".join(one.name for one in found.needed)
        lines.append(f"{path.name}: needs {needed}")
        lines.append(f"  of C: {', '.join(sorted(taken - {'memory'})) or 'nothing'}")
    return shown("built", "\n".join(lines))


def select(platform: str, context: NativeContext) -> Observation:
    """Let the newest stock pip choose from an index that has our wheel alone."""
    url = context.serve("extension", [OURS.wheel(context)])
    site = context.folder(f"extension-{platform}")
    pip, what = context.downloads.pips[-1], ("--index-url", url, "one-source")
    process = context.install(pip, (PYTHON, platform), site, *what)
    if process.status:
        return shown("refused", process.last, process.text)
    return shown("installed", "\n".join(sorted(x.name for x in site.glob("*.so"))))


def select_with_uv(context: NativeContext) -> Observation:
    """Ask uv for the same."""
    uv = context.downloads.requirement(context.downloads.uv) / "bin" / "uv"
    folder = context.folder("extension-uv")
    url = context.serve("extension", [OURS.wheel(context)])
    command: list[str | Path] = [
        *(uv, "pip", "install", "--no-config", "--no-progress", "--no-cache"),
        *("--python", sys.executable, "--python-version", PYTHON),
        *("--python-platform", "wasm32-wasip2", "--only-binary=:all:"),
        *("--target", folder, "--index-url", url, "one-source"),
    ]
    process = run(command, environment([]))
    if process.status == 0:
        return shown("installed", process.last, process.text)
    return shown("cannot be asked", process.text.partition("[")[0], process.text)


def linked(
    context: NativeContext, site: Path, linker: str, out: Path
) -> Observation | None:
    """Link what is in a folder; None if that went well."""
    path = GUEST / "apps", site
    process = context.componentize(linker, GUEST / "sdk.wit", "sdk_app", path, out)
    if process.status == 0:
        return None
    message = process.text.partition("AssertionError: ")[2] or process.last
    return shown("link fails", message, process.text)


def called(context: NativeContext, modules: tuple[str, ...], out: Path) -> Observation:
    """Ask every question that these modules can answer."""
    asked = [call for call in CALLS if call.partition(".")[0] in modules]
    calls = [f'call "{call}"' for call in asked]
    scratch = context.folder(f"{out.stem}-scratch")
    process = context.component(out, *calls, scratch=scratch)
    if process.status:
        return shown("call fails", process.last, process.text)
    answers = process.text.split()
    right = answers == [CALLS[call] for call in asked]
    lines = "\n".join(f"{c}: {a}" for c, a in zip(asked, answers, strict=True))
    outcome = "works" if right else "answers wrong"
    return shown(outcome, lines.replace('" "', " "), process.text)


def link_and_run(context: NativeContext) -> Observation:
    """Link what pip installed, and run it."""
    select(WASI, context)
    out = context.scratch / "extension.wasm"
    site = context.scratch / f"extension-{WASI}"
    return linked(context, site, LINKER, out) or called(context, OURS.modules, out)


def force(case: Forced, context: NativeContext) -> Observation:
    """Bring a build before a linker whose C library is another."""
    folder = context.folder(f"extension-forced-{case.name}")
    site = unpack(case.build.wheel(context), folder)
    for file in site.glob("*.abi3.so"):
        file.rename(site / file.name.replace(".abi3.so", LINKERS[case.linker]))
    out = context.scratch / f"forced-{case.name}.wasm"
    refused = linked(context, site, case.linker, out)
    return refused or called(context, case.build.modules, out)


# What the build is asked for and must not make: the module and the platform, with a
# sysroot (of an SDK, for a WASI version).
OTHER = "clib platform=wasi_0_1_sdk_33_wasm32 sysroot=@34-0.1"
REFUSED = (
    ("no-sysroot", "no sysroot for a module that uses libc", "clib"),
    ("another-sdk", "a sysroot of SDK 34 for sdk_33", OTHER),
    ("another-wasi", "a sysroot of WASI 0.1 for wasi_0_2", "clib sysroot=@33-0.1"),
    ("own-library", "a library of the wheel's own", "needs sysroot=@33-0.2"),
)


def refuse(name: str, settings: str, context: NativeContext) -> Observation:
    """Ask the build for what does not conform."""
    given = []
    for setting in f"module={settings}".split():
        before, found, which = setting.partition("@")
        sdk, _, wasi = which.partition("-")
        given.append(
            f"{before}{sdk_folder(context, int(sdk), wasi)}" if found else before
        )
    if "platform=" not in settings:
        given.append(f"platform={WASI}")
    return refuse_build(f"extension-{name}", given, context)


def runs() -> Iterator[Run]:
    """Every run, in the order of the way."""
    yield Run("wasi/extension/build", f"Build for {WASI}", partial(build, OURS))
    for tag in (WASI, *WRONG):
        what, do = f"The newest pip selects for {tag}", partial(select, tag)
        rule = "" if tag == WASI else "exact-match"
        yield Run(f"wasi/extension/select/{tag}", what, do, rule=rule)
    yield Run("wasi/extension/uv", "uv selects for WASI", select_with_uv)
    what = f"componentize-py {LINKER} links, wasmtime runs"
    yield Run("wasi/extension/run", what, link_and_run)
    why = "a tag without the SDK, or an SDK read as a minimum"
    for case in FORCED:
        what, do = f"{case.what}, linked by componentize-py", partial(force, case)
        rule = "platform-wasi" if case.build is NEEDS else "exact-match"
        name = f"extension/forced/{case.name}"
        yield Run(name, f"{what} {case.linker}", do, why, rule)
    for name, what, settings in REFUSED:
        do = partial(refuse, name, settings)
        yield Run(f"wasi/extension/refuse/{name}", what, do, rule="platform-wasi")
