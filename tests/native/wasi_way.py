"""The whole WASI way: build, wheel, select, link, run; and what is refused on it."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from tests.toolkit.process import CompletedProcess
from wasm_platform_tags.audit.wasm import read

from .context import GUEST, LINKER, WASI, WILD, NativeContext
from .observe import Observation, Run, shown
from .wheels import unpack

PYTHON = "3.14"


def build(context: NativeContext) -> Observation:
    """Build the wheel and look into it."""
    wheel = context.wheel(f"platform={WASI}")
    lines = [wheel.name]
    for path in sorted(unpack(wheel, context.folder("look")).glob("*.so")):
        found = read(path.read_bytes())
        kind = "component" if found.component else "core module"
        lines.append(f"{path.name}: {kind}; first section {found.sections[0].name}")
        lines.append(
            f"  imports {', '.join(sorted(one.name for one in found.imports))}"
        )
        lines.append(f"  exports {', '.join(sorted(found.exported))}")
    return shown("built", "\n".join(lines))


def select(pip: str, platform: str, shelf: str, context: NativeContext) -> Observation:
    """Let a stock pip choose for a platform."""
    target = context.folder(f"select-{pip}-{platform}-{shelf}")
    url = context.index.simple(shelf, "html")
    what = "--index-url", url, "one-source"
    process = context.install(pip, (PYTHON, platform), target, *what)
    lines = process.text.splitlines()
    if process.status == 0:
        (metadata,) = target.glob("*.dist-info/WHEEL")
        tags = [line for line in metadata.read_text().splitlines() if "Tag:" in line]
        names = [*tags, *sorted(path.name for path in target.glob("*.so"))]
        return shown("installed", "\n".join(names), process.text)
    fits = "No matching distribution found" in process.text
    errors = "\n".join(line for line in lines if line.startswith("ERROR"))
    return shown("refused" if fits else "failed", errors, process.text)


def link(context: NativeContext) -> Observation:
    """Link what pip installed into a component."""

    def make() -> CompletedProcess:
        target, out = context.folder("deps"), context.scratch / "demo.wasm"
        pip, url = context.downloads.pips[-1], context.index.simple("ours", "html")
        context.install(pip, (PYTHON, WASI), target, "--index-url", url, "one-source")
        path = GUEST / "apps", target
        return context.componentize(LINKER, GUEST / "demo.wit", "demo_app", path, out)

    process = context.once("demo", make)
    outcome = "linked" if process.status == 0 else "refused"
    return shown(outcome, process.last, process.text)


def run(context: NativeContext) -> Observation:
    """Call both modules in the component."""
    link(context)
    calls = ("twice 21", "checked 21", "checked -1")
    process = context.component(context.scratch / "demo.wasm", *calls)
    if process.status:
        return shown("fails", process.last, process.text)
    pairs = zip(calls, process.text.split(), strict=True)
    return shown("works", "\n".join(f"{call}: {value}" for call, value in pairs))


def refuse_build(
    name: str, settings: Sequence[str], context: NativeContext
) -> Observation:
    """Hold what the build says against what a clear refusal is."""
    process = context.build(context.folder(f"refuse-{name}"), *settings)
    lines = [line.strip() for line in process.text.splitlines()]
    message = next((line for line in lines if "(PEP requirement" in line), process.last)
    clear = message.startswith("error: ") and "Traceback" not in process.text
    outcome = "refused" if process.status and clear else "not refused clearly"
    return shown(outcome, message, process.text)


def refuse_file(kind: str, context: NativeContext) -> Observation:
    """Ask the build to pack a file that is no extension module of the platform."""
    file = FILES[kind](context, context.folder(f"file-{kind}"))
    settings = f"platform={WASI}", f"extension={file}"
    return refuse_build("-".join(settings), settings, context)


def _written(folder: Path, name: str, data: bytes) -> Path:
    (folder / name).write_bytes(data)
    return folder / name


def _wrong_suffix(context: NativeContext, folder: Path) -> Path:
    site = unpack(context.wheel(f"platform={WASI}"), context.folder("side"))
    return _written(folder, "side.so", (site / "side.abi3.so").read_bytes())


def _component(context: NativeContext, folder: Path) -> Path:
    link(context)
    data = (context.scratch / "demo.wasm").read_bytes()
    return _written(folder, "side.abi3.so", data)


def _not_webassembly(_context: NativeContext, folder: Path) -> Path:
    return _written(folder, "side.abi3.so", b"\x7fELF\x02\x01\x01\0")


def _compiled(
    machine: str, linked: Sequence[str], context: NativeContext, folder: Path
) -> Path:
    """A module that clang and wasm-ld make of one empty function."""
    source = _written(folder, "side.c", b"int PyInit_side(void) { return 0; }\n")
    made = folder / "side.o", folder / "side.abi3.so"
    options = ("-fPIC", "-O1", "-ffreestanding", "-c", source, "-o", made[0])
    context.zig("clang", f"--target={machine}-unknown-unknown", *options)
    context.zig("wasm-ld", *linked, "--export=PyInit_side", made[0], "-o", made[1])
    return made[1]


SHARED = ("-mwasm64", "-shared", "--experimental-pic", "--no-entry")
FILES: dict[str, Callable[[NativeContext, Path], Path]] = {
    "wrong-suffix": _wrong_suffix,
    "no-dylink": partial(_compiled, "wasm32", ["--no-entry"]),
    "component": _component,
    "wasm64": partial(_compiled, "wasm64", SHARED),
    "not-webassembly": _not_webassembly,
}


def runs(context: NativeContext) -> Iterator[Run]:
    """Every run, in the order of the way."""
    yield Run("wasi/build", f"Build for {WASI}", build)
    for pip in context.downloads.pips:
        for tag in (WASI, *WILD):
            what, do = f"pip {pip} selects for {tag}", partial(select, pip, tag, "ours")
            exact = "exact-match" if "sdk" in tag else "not-portable"
            rule = "" if tag == WASI else exact
            yield Run(f"wasi/select/{tag}/pip-{pip}", what, do, rule=rule)
        what = f"pip {pip} is offered {', '.join(WILD)} for {WASI}"
        do = partial(select, pip, WASI, "wild")
        yield Run(f"wasi/select/look-alikes/pip-{pip}", what, do, rule="exact-match")
    yield Run("wasi/link", f"componentize-py {LINKER} links", link)
    yield Run("wasi/run", "wasmtime calls both modules", run)
    for name, settings, rule in (
        ("no-platform", (), "producer-tag"),
        ("placeholder", ("platform=wasi_0_0_0_wasm32",), "local-tag"),
        ("unversioned", ("platform=wasi_wasm32",), "local-tag"),
        ("wasix", ("platform=wasix_wasm32",), "not-portable"),
        ("wasm64-tag", ("platform=wasi_0_2_sdk_33_wasm64",), "wasm64-reserved"),
        ("exceptions", (f"platform={WASI}", "unwinding=webassembly"), "platform-wasi"),
        ("unknown-target", ("platform=wasi_0_9_sdk_33_wasm32",), "platform-wasi"),
    ):
        what = " ".join(settings) or "no config setting"
        do = partial(refuse_build, "-".join(settings), settings)
        yield Run(f"wasi/refuse/{name}", what, do, rule=rule)
    for kind in FILES:
        what = f"extension=FILE: {kind.replace('-', ' ')}"
        rule = "wasm64-reserved" if kind == "wasm64" else "platform-wasi"
        yield Run(f"wasi/refuse/{kind}", what, partial(refuse_file, kind), rule=rule)
