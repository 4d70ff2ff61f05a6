"""All that two platforms say in their headers and libraries, compared by the compiler.

Constants, sizes of types, layouts of structures and prototypes of functions of every
public header, and the symbols of libc.a. Left out is the interface to WASI 0.2 itself,
``wasi/wasip2.h``: it is generated, and no part of the C library's.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial

from wasm_platform_tags import WasiPlatform

from ..context import NativeContext
from ..observe import Observation, shown
from .archive import symbols
from .toolchain import EMULATED, Toolchain

MACROS = [
    *(f"-D_WASI_EMULATED_{name.upper().replace('-', '_')}" for name in EMULATED),
    "-D__wasm_exception_handling__",  # what setjmp.h wants to see
]
GENERATED = ("wasi/wasip2.h",)
# What that includes, which is the C library's.
COMMON = ("stdbool.h", "stddef.h", "stdint.h", "stdlib.h", "string.h", "wasi/version.h")
NAMES = 8  # of what is gone or new, so many are named
ROUNDS = 6
Names = dict[str, str]


@dataclass
class Interface:
    """What a platform has: names, each with what it stands for."""

    constants: Names = field(default_factory=dict)
    sizes: Names = field(default_factory=dict)
    layouts: Names = field(default_factory=dict)
    prototypes: Names = field(default_factory=dict)
    symbols: Names = field(default_factory=dict)


KINDS = {
    "constants": "macros with a constant value",
    "sizes": "named types, by size",
    "layouts": "structures and unions, by layout",
    "prototypes": "functions in headers, by prototype",
    "symbols": "symbols of libc.a",
}


def observe(
    before: WasiPlatform, after: WasiPlatform, context: NativeContext
) -> Observation:
    """Compare two platforms."""
    tools = Toolchain(context)
    old, new = (
        vars(context.once(f"abi interface {one}", partial(interface, tools, one)))
        for one in (before, after)
    )
    found = [sentence(title, old[kind], new[kind]) for kind, title in KINDS.items()]
    differ, lines = sum(count for _, count in found), [line for line, _ in found]
    return shown(f"{differ} differ" if differ else "none differs", "\n".join(lines))


def sentence(title: str, old: Names, new: Names) -> tuple[str, int]:
    """How many are in both, which of them differ, what is gone and new; the second."""
    both = sorted(old.keys() & new.keys())
    differ = [name for name in both if old[name] != new[name]]
    changed = [change(name, old[name], new[name]) for name in differ]
    found = f"{len(changed)} differ ({'; '.join(changed)})"
    parts = [f"{title}: {len(both)} in both", found if changed else "none differs"]
    gone, added = old.keys() - new.keys(), new.keys() - old.keys()
    for names, what in ((sorted(gone), "gone"), (sorted(added), "new")):
        if names:
            named = ", ".join(names[:NAMES]) + (", ..." if len(names) > NAMES else "")
            parts.append(f"{len(names)} {what} ({named})")
    return "; ".join(parts), len(changed)


def change(name: str, old: str, new: str) -> str:
    """What a name stood for and stands for; of many lines, those that differ."""
    was, now = old.splitlines(), new.splitlines()
    left = ", ".join(line for line in was if line not in now)
    right = ", ".join(line for line in now if line not in was)
    return f"{name}: {left} -> {right}"


def interface(tools: Toolchain, platform: WasiPlatform) -> Interface:
    """Ask the compiler for everything, and the library for its symbols."""
    ask = Ask(tools, platform)
    names = ask.headers()
    found = ask.interface(names)
    library = tools.sysroot(platform).libraries / "libc.a"
    found.symbols = dict.fromkeys(symbols(library.read_bytes()), "")
    if generated := [name for name in GENERATED if name in names]:
        alone = ask.interface(generated)
        common = ask.interface(name for name in COMMON if name in names)
        for kind in KINDS:
            for name in vars(alone)[kind].keys() - vars(common)[kind].keys():
                vars(found)[kind].pop(name, None)
                found.symbols.pop(name, None)
    return found


class Ask:
    """The compiler, with the headers of one platform."""

    def __init__(self, tools: Toolchain, platform: WasiPlatform) -> None:
        self.tools = tools
        self.platform = platform
        self.root = tools.sysroot(platform).headers
        self.file = tools.folder / f"headers-{platform.version}.c"

    def headers(self) -> list[str]:
        """Every public header that compiles by itself."""

        def public(name: str) -> bool:
            private = name.startswith(("__", "bits/", "c++/"))
            source = f"#include <{name}>\n"
            return not private and self.run(source, "-fsyntax-only")[0] == 0

        paths = self.root.rglob("*.h")
        names = sorted(path.relative_to(self.root).as_posix() for path in paths)
        return list(filter(public, names))

    def interface(self, headers: Iterable[str]) -> Interface:
        """What these headers declare."""
        source = "".join(f"#include <{name}>\n" for name in headers)
        macros = object_macros(self.run(source, "-dM", "-E")[1])
        own = object_macros(self.run("", "-dM", "-E")[1])
        tree = ("-Xclang", "-ast-dump=json")
        types, prototypes = declarations(self.run(source, "-fsyntax-only", *tree)[1])
        dump = ("-Xclang", "-fdump-record-layouts-complete")
        return Interface(
            constants=self.values(source, {name: name for name in macros - own}),
            sizes=self.values(source, {name: f"sizeof({name})" for name in types}),
            layouts=layouts(self.run(source, "-fsyntax-only", *dump)[1]),
            prototypes=prototypes,
        )

    def values(self, source: str, expressions: Names) -> Names:
        """The values of those expressions that are constant."""
        left = dict(expressions)
        first = source.count("\n") + 1
        for _ in range(ROUNDS):
            names = list(left)
            lines = (
                f"long long value_{index} = (long long)({left[name]});\n"
                for index, name in enumerate(names)
            )
            flags = ("-S", "-emit-llvm", "-o", "-", "-ferror-limit=0")
            status, text = self.run(source + "".join(lines), *flags)
            if status == 0:
                found = re.findall(r"@value_(\d+) = .*?global i64 (-?\d+)", text)
                return {names[int(index)]: value for index, value in found}
            for line in re.findall(r"\.c:(\d+):\d+: error:", text):
                if int(line) >= first:
                    left.pop(names[int(line) - first], None)
        raise RuntimeError(f"no end of errors with the headers:\n{text[-2000:]}")

    def run(self, source: str, *flags: str) -> tuple[int, str]:
        """Compile a source; return the status and the output."""
        self.file.write_text(source, "utf-8")
        process = self.tools.clang(self.platform, "c", "-w", *MACROS, *flags, self.file)
        return process.status, process.text


def object_macros(text: str) -> set[str]:
    """The names of ``-dM`` that take no arguments."""
    return set(re.findall(r"^#define (\w+)(?!\()\b", text, re.MULTILINE))


def declarations(text: str) -> tuple[list[str], Names]:
    """The named types, and the functions with their types, of clang's syntax tree."""
    types, prototypes = [], {}
    for one in json.loads(text)["inner"]:
        if one["kind"] == "TypedefDecl" and not one.get("isImplicit"):
            types.append(one["name"])
        elif one["kind"] == "FunctionDecl":
            prototypes[one["name"]] = one["type"]["qualType"].replace("_Bool", "bool")
    return types, prototypes


def layouts(text: str) -> Names:
    """Records that have a name: the size, and each field at its offset."""
    found: Names = {}
    for block in text.split("*** Dumping AST Record Layout")[1:]:
        head, *lines = block.strip().splitlines()
        name = head.partition("|")[2].strip()
        size = re.search(r"\[sizeof=(\d+)", block)
        if "(unnamed" in name or size is None:
            continue
        fields = [f"{size[1]} bytes"]
        for line in lines:
            offset, bar, what = line.partition("|")
            if bar and "sizeof=" not in line:
                plain = re.sub(r"\((unnamed|anonymous)[^)]*\)", r"(\1)", what.strip())
                fields.append(f"{offset.strip()} {plain}")
        found[name] = "\n".join(fields)
    return found
