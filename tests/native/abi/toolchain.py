"""One compiler and one linker, clang and LLD 22 of ziglang, with each platform's sysroot."""

import json
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.toolkit.process import CompletedProcess, environment, run
from wasm_platform_tags import WasiPlatform

from ..context import NativeContext
from ..provision import ZIG
from ..sysroots import Sysroot
from .facets import FACETS, MODULES, RUST, Facet, symbol_of
from .grid import ANSWERS, Cell

HERE = MODULES.parent
# Debian's: the compiler, its libraries, the standard library for WASI 0.1, LLVM.
RUSTC = ("rustc", "libstd-rust", "libstd-rust-wasm32", "libllvm-14")
CRT1 = "crt1-command.o"
# The linker lists every missing symbol, mangled; its output keeps no symbol names.
QUICK = ("--no-demangle", "--strip-all", "--threads=1", "--error-limit=0")
STANDARDS = {"c": "-std=gnu17", "c++": "-std=c++17"}
CXX = ("libc++", "libc++abi")
EMULATED = ("signal", "mman", "process-clocks", "getpid", "pthread")
# Its sysroot is a part of the SDK's: what it has not, the SDK may have.
PARTIAL = {34}


@dataclass(frozen=True)
class Built:
    """An object file, or why there is none."""

    file: Path | None
    why: str = ""


class Toolchain:
    """What is compiled once and linked often."""

    def __init__(self, context: NativeContext) -> None:
        self.context = context
        self.zig = context.downloads.requirement(ZIG) / "ziglang" / "zig"
        # The compiler's own library, of the same clang 22.
        runtime = context.downloads.yowasp / "lib" / "wasm32-unknown-wasip1"
        self.builtins = runtime / "libclang_rt.builtins.a"
        self.folder = context.once("abi folder", lambda: context.folder("abi"))
        names = ("ZIG_GLOBAL_CACHE_DIR", "ZIG_LOCAL_CACHE_DIR")
        caches = dict.fromkeys(names, str(self.folder / "zig-cache"))
        self.environment = environment((), **caches)

    def sysroot(self, platform: WasiPlatform) -> Sysroot:
        """The headers and libraries of a platform."""
        wasi = f"{platform.major}.{platform.minor}"
        return self.context.downloads.sysroot(platform.sdk, wasi)

    # Compile.

    def object(self, facet: Facet, platform: WasiPlatform) -> Built:
        """A module, built for a platform; its ``probe`` has its name in it."""

        def make() -> Built:
            if facet.has_headers:
                flags = (f"-Dprobe={facet.symbol}", *facet.flags)
                return self.compile(facet.path, platform, facet.language, flags)
            return {"rust": self._rust, "zig": self._zig}[facet.language](facet)

        built: Built = self.context.once(f"abi {facet.name} {platform}", make)
        return built

    def compile(
        self,
        source: Path,
        platform: WasiPlatform,
        language: str = "c",
        flags: Sequence[str] = (),
        name: str = "",
    ) -> Built:
        """Compile one file with the headers of a platform."""
        out = self.folder / f"{name or source.stem}-{platform.version}.o"
        options = ("-O1", "-fPIC", "-w", *flags, "-c", source, "-o", out)
        process = self.clang(platform, language, *options)
        if process.status:
            return Built(None, compiler_error(process.text))
        return Built(out)

    def clang(
        self, platform: WasiPlatform, language: str, *flags: str | Path
    ) -> CompletedProcess:
        """Run the compiler with nothing but the headers of a platform."""
        root = self.sysroot(platform)
        cxx = ("--driver-mode=g++", "-nostdinc++", "-fno-exceptions")
        command: list[str | Path] = [
            *(self.zig, "clang", *(cxx if language == "c++" else ())),
            *(f"--target={root.target}", "-resource-dir", self.zig.parent / "lib"),
            *("-nostdlibinc", *root.includes(language), STANDARDS[language]),
        ]
        return run([*command, "-D_GNU_SOURCE", *flags], self.environment)

    def _zig(self, facet: Facet) -> Built:
        out = self.folder / f"{facet.name}.o"
        build = (self.zig, "build-obj", "-target", "wasm32-freestanding")
        options = ("-O", "ReleaseSmall", "-fstrip", facet.path, f"-femit-bin={out}")
        return made(facet, run([*build, *options], self.environment), out)

    def _rust(self, facet: Facet) -> Built:
        compiler, host, std, llvm = map(self.context.downloads.path, RUSTC)
        out = self.folder / f"{facet.name}.a"
        libraries = [deb / "usr" / "lib" / "x86_64-linux-gnu" for deb in (host, llvm)]
        command: list[str | Path] = [
            *(compiler / "usr" / "bin" / "rustc", "--sysroot", std / "usr"),
            *("--target", "wasm32-wasi", "--crate-type", "staticlib"),
            *("-O", "-C", "panic=abort", facet.path, "-o", out),
        ]
        variables = environment((), LD_LIBRARY_PATH=":".join(map(str, libraries)))
        return made(facet, run(command, variables), out)

    # Link with a program, as a program.

    def link(
        self,
        modules: Mapping[str, Path],
        platform: WasiPlatform,
        name: str,
        start: Path | None = None,
    ) -> tuple[Path | None, dict[str, str]]:
        """A program of all modules that a platform's libraries let in, and why not all.

        There is none if it cannot be linked even without a module; then each says why.
        """
        root = self.sysroot(platform)
        out = self.folder / f"{name}-in-{platform.version}.wasm"
        names = (*(f"libwasi-emulated-{name}.a" for name in EMULATED), "libsetjmp.a")
        libraries = [
            *(folder / f"{name}.a" for folder in root.cxx_libraries for name in CXX),
            *(root.libraries / name for name in names),
            *(root.libraries / "libc.a", self.builtins),
        ]
        # The program's object file knows all modules by name.
        ours = (start or self.start(platform), self._ours("program.c", platform))

        def linked(files: Mapping[str, Path]) -> CompletedProcess:
            # The program's reference is weak: it takes nothing out of a library.
            wanted = [f"--undefined={symbol_of(name)}" for name in files]
            inputs = (*ours, *files.values(), *filter(Path.is_file, libraries))
            return run([self.zig, "wasm-ld", *QUICK, *wanted, "-o", out, *inputs])

        left, refused = dict(modules), dict[str, str]()
        while (answer := linked(left)).status:
            missing = undefined(answer.text)
            without = {one: file for one, file in left.items() if file.name in missing}
            if not without:
                return None, refused | dict.fromkeys(left, linker_error(answer.text))
            for one, file in without.items():
                # Of two that miss a symbol, the linker may name one only.
                refused[one] = linker_error(linked({one: file}).text)
                del left[one]
        return out, refused

    def start(self, platform: WasiPlatform) -> Path:
        """crt1 of a platform; ours where its sysroot came without it."""
        theirs = self.sysroot(platform).libraries / CRT1
        return theirs if theirs.is_file() else self._ours("start.c", platform)

    def _ours(self, source: str, platform: WasiPlatform) -> Path:
        def make() -> Path:
            listed = "".join(f"PROBE({facet.symbol})" for facet in (*FACETS, RUST))
            flags = (f"-DPROBES={listed}",)
            built = self.compile(MODULES / source, platform, flags=flags)
            if built.file is None:
                raise RuntimeError(f"{source} for {platform.version}: {built.why}")
            return built.file

        object_file: Path = self.context.once(f"abi {source} {platform}", make)
        return object_file

    # Run.

    def run(
        self, programs: Mapping[Path, Sequence[str]], name: str
    ) -> dict[tuple[Path, str], Cell]:
        """What the modules of programs answer, each asked in an instance of its own."""
        # A program of WASI 0.2 is one by the name that `link` gave it.
        cores = [path for path in programs if "-in-0_2_" in path.name]
        refusals = dict(zip(cores, self._components(cores, name), strict=True))
        asked = [
            (path, module)
            for path, modules in programs.items()
            if not refusals.get(path)
            for module in modules
        ]
        jobs = self.folder / f"{name}-programs.json"
        ready = {path: path.with_suffix(".component") for path in refusals}
        lines = [(str(ready.get(path, path)), symbol_of(one)) for path, one in asked]
        jobs.write_text(json.dumps(lines), "utf-8")

        found = {
            (path, module): Cell("refused", component_error(why))
            for path, why in refusals.items()
            if why
            for module in programs[path]
        }
        for key, answer in zip(asked, json.loads(self.host(jobs)), strict=True):
            found[key] = outcome(*answer)
        return found

    def host(self, *arguments: str | Path) -> str:
        """Run host.py; return its output."""
        wasmtime = environment([self.context.downloads.wasmtime])
        process = run([sys.executable, HERE / "host.py", *arguments], wasmtime)
        if process.status:
            raise RuntimeError(f"host.py failed:\n{process.text}")
        return process.text

    def _components(self, cores: Sequence[Path], name: str) -> list[str]:
        jobs = self.folder / f"{name}-components.json"
        pairs = [(str(path), str(path.with_suffix(".component"))) for path in cores]
        jobs.write_text(json.dumps(pairs), "utf-8")
        downloads = self.context.downloads
        process = run([downloads.node, HERE / "component.mjs", downloads.jco, jobs])
        if process.status:
            raise RuntimeError(f"component.mjs failed:\n{process.text}")
        found: list[str] = json.loads(process.text)
        return found


def made(facet: Facet, process: CompletedProcess, out: Path) -> Built:
    """What a compiler of another language has made; it reads no header, so it must."""
    if process.status:
        raise RuntimeError(f"{facet.source} was not compiled:\n{process.text}")
    return Built(out)


def outcome(status: str, output: str) -> Cell:
    """What a program that ran has shown."""
    if status:
        kind, _, why = status.splitlines()[0].partition(": ")
        return Cell("refused" if kind == "LookupError" else "traps", why)
    if output not in ANSWERS:
        return Cell("wrong", f"it printed {output!r}")
    return Cell(ANSWERS[output])


def compiler_error(text: str) -> str:
    """The first error of the compiler, without its advice."""
    found = re.search(r"error: (.*)", text)
    return found[1].partition(";")[0] if found else text.strip()[-200:]


def undefined(text: str) -> dict[str, list[str]]:
    """The symbols that each object file misses, by its file's name."""
    found: dict[str, dict[str, None]] = {}
    for file, symbol in re.findall(r"error: (\S+): undefined symbol: (\S+)", text):
        found.setdefault(Path(file).name, {})[symbol] = None
    return {file: list(symbols) for file, symbols in found.items()}


def linker_error(text: str) -> str:
    """The symbols that the linker missed, or the last line of its output."""
    if symbols := re.findall(r"undefined symbol: (\S+)", text):
        return " ".join(dict.fromkeys(symbols))
    found = re.search(r"error: (.*)", text)
    return found[1] if found else text.strip()[-200:]


def component_error(text: str) -> str:
    """The innermost cause."""
    return text.strip().splitlines()[-1].strip()
