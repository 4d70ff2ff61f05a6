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
        return context.wheel(
            f"platform={self.tag}",
            f"sysroot={sdk_folder(context, self.sdk, self.wasi)}",
            *(f"module={name}" for name in self.modules),
            *([f"define={self.define}"] if self.define else []),
            *([f"check={self.check}"] if self.check else []),
        )


OURS = Build(33, "0.2", ("clib", "cxxlib"))
NEEDS = Build(33, "0.2", ("needs",), check="no")


@dataclass(frozen=True)
class Forced:
    """A build, unpacked without asking its tag, before another linker."""

    name: str
    what: str
    build: Build
    linker: str = LINKER


FORCED = (
    Forced("own-library", "C that needs a library of its wheel", NEEDS),
    Forced(
        "dup",
        "C for SDK 34 that calls dup()",
        Build(34, "0.1", ("clib",), "WITH_DUP=1"),
    ),
    Forced("older-sdk", "C for SDK 25", Build(25, "0.2", ("clib",))),
    Forced(
        "oldest-sdk", "C and C++ for SDK 15, WASI 0.1", Build(15, "0.1", OURS.modules)
    ),
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
    for path in sorted(
        unpack(wheel, context.folder(f"look-{which.modules}")).glob("*.so")
    ):
        found = read(path.read_bytes())
        taken = [one.name for one in found.imports if not one.name.startswith("_")]
        taken = [name for name in taken if not name.startswith("Py")]
        lines.append(
            f"{path.name}: needs {', '.join(one.name for one in found.needed)}"
        )
        lines.append(f"  of C: {', '.join(sorted({*taken} - {'memory'})) or 'nothing'}")
    return shown("built", "\n".join(lines))


def select(platform: str, context: NativeContext) -> Observation:
    """Let the newest stock pip choose from an index that has our wheel alone."""
    url = context.serve("extension", [OURS.wheel(context)])
    site = context.folder(f"extension-{platform}")
    target = PYTHON, platform
    process = context.install(
        context.downloads.pips[-1], target, site, "--index-url", url, "one-source"
    )
    if process.status:
        return shown("refused", process.last, process.text)
    return shown("installed", "\n".join(sorted(x.name for x in site.glob("*.so"))))


def select_with_uv(context: NativeContext) -> Observation:
    """Ask uv for the same."""
    uv = context.downloads.requirement(context.downloads.uv) / "bin" / "uv"
    process = run(
        [
            *(uv, "pip", "install", "--no-config", "--no-progress", "--no-cache"),
            *("--python", sys.executable, "--python-version", PYTHON),
            *("--python-platform", "wasm32-wasip2", "--only-binary=:all:"),
            *("--target", context.folder("extension-uv")),
            *(
                "--index-url",
                context.serve("extension", [OURS.wheel(context)]),
                "one-source",
            ),
        ],
        environment([]),
    )
    if process.status == 0:
        return shown("installed", process.last, process.text)
    return shown("cannot be asked", process.text.partition("[")[0], process.text)


def linked(
    context: NativeContext, site: Path, linker: str, out: Path
) -> Observation | None:
    """Link what is in a folder; None if that went well."""
    process = context.componentize(
        linker, GUEST / "sdk.wit", "sdk_app", [GUEST / "apps", site], out
    )
    if process.status == 0:
        return None
    message = process.text.partition("AssertionError: ")[2] or process.last
    return shown("link fails", message, process.text)


def called(context: NativeContext, modules: tuple[str, ...], out: Path) -> Observation:
    """Ask every question that these modules can answer."""
    asked = [call for call in CALLS if call.partition(".")[0] in modules]
    calls = [f'call "{call}"' for call in asked]
    process = context.component(
        out, *calls, scratch=context.folder(f"{out.stem}-scratch")
    )
    if process.status:
        return shown("call fails", process.last, process.text)
    answers = process.text.split()
    right = answers == [CALLS[call] for call in asked]
    lines = [f"{c}: {a}" for c, a in zip(asked, answers, strict=True)]
    return shown(
        "works" if right else "answers wrong",
        "\n".join(lines).replace('" "', " "),
        process.text,
    )


def link_and_run(context: NativeContext) -> Observation:
    """Link what pip installed, and run it."""
    select(WASI, context)
    out = context.scratch / "extension.wasm"
    site = context.scratch / f"extension-{WASI}"
    return linked(context, site, LINKER, out) or called(context, OURS.modules, out)


def force(case: Forced, context: NativeContext) -> Observation:
    """Bring a build before a linker whose C library is another."""
    site = unpack(
        case.build.wheel(context), context.folder(f"extension-forced-{case.name}")
    )
    for file in site.glob("*.abi3.so"):
        file.rename(site / file.name.replace(".abi3.so", LINKERS[case.linker]))
    out = context.scratch / f"forced-{case.name}.wasm"
    return linked(context, site, case.linker, out) or called(
        context, case.build.modules, out
    )


# What the build is asked for and must not make; @ stands for a sysroot of SDK 33, 0.2.
REFUSED = (
    ("no-sysroot", "no sysroot for a module that uses libc", ("module=clib",)),
    (
        "another-sdk",
        "a sysroot of SDK 34 for sdk_33",
        ("module=clib", "platform=wasi_0_1_sdk_33_wasm32", "sysroot=@34-0.1"),
    ),
    (
        "another-wasi",
        "a sysroot of WASI 0.1 for wasi_0_2",
        ("module=clib", "sysroot=@33-0.1"),
    ),
    (
        "own-library",
        "a library of the wheel's own",
        ("module=needs", "sysroot=@33-0.2"),
    ),
)


def refuse(name: str, settings: tuple[str, ...], context: NativeContext) -> Observation:
    """Ask the build for what does not conform."""
    given = []
    for setting in settings:
        before, found, which = setting.partition("@")
        if found:
            sdk, _, wasi = which.partition("-")
            setting = f"{before}{sdk_folder(context, int(sdk), wasi)}"  # noqa: PLW2901
        given.append(setting)
    if not any(setting.startswith("platform=") for setting in given):
        given.append(f"platform={WASI}")
    return refuse_build(f"extension-{name}", given, context)


def runs() -> Iterator[Run]:
    """Every run, in the order of the way."""
    yield Run("wasi/extension/build", f"Build for {WASI}", partial(build, OURS))
    yield Run(
        f"wasi/extension/select/{WASI}",
        f"The newest pip selects for {WASI}",
        partial(select, WASI),
    )
    for tag in WRONG:
        yield Run(
            f"wasi/extension/select/{tag}",
            f"The newest pip selects for {tag}",
            partial(select, tag),
            rule="exact-match",
        )
    yield Run("wasi/extension/uv", "uv selects for WASI", select_with_uv)
    yield Run(
        "wasi/extension/run",
        f"componentize-py {LINKER} links, wasmtime runs",
        link_and_run,
    )
    for case in FORCED:
        yield Run(
            f"extension/forced/{case.name}",
            f"{case.what}, linked by componentize-py {case.linker}",
            partial(force, case),
            "a tag without the SDK, or an SDK read as a minimum",
            rule="platform-wasi" if case.build is NEEDS else "exact-match",
        )
    for name, what, settings in REFUSED:
        yield Run(
            f"wasi/extension/refuse/{name}",
            what,
            partial(refuse, name, settings),
            rule="platform-wasi",
        )
