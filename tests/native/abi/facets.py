"""What is looked at: one small module each, with an answer that is known beforehand."""

from dataclasses import dataclass
from pathlib import Path

LANGUAGES = {".c": "c", ".cpp": "c++", ".rs": "rust", ".zig": "zig"}
MODULES = Path(__file__).parent / "modules"


@dataclass(frozen=True)
class Facet:
    """One module: its source and its description for readers."""

    source: str
    title: str
    flags: tuple[str, ...] = ()
    #: a library of the sysroot beside libc; without it nothing is said of a partial one
    library: str = ""
    #: it needs something of the program or of the host that only a static link has
    static_only: bool = False
    #: WASI versions whose host can be asked
    hosts: tuple[str, ...] = ("0.1", "0.2")

    @property
    def name(self) -> str:
        return self.source.partition(".")[0]

    @property
    def symbol(self) -> str:
        return symbol_of(self.name)

    @property
    def path(self) -> Path:
        return MODULES / self.source

    @property
    def language(self) -> str:
        return LANGUAGES[self.path.suffix]

    @property
    def has_headers(self) -> bool:
        """Whether the SDK's headers say anything to this language."""
        return self.language in ("c", "c++")


def symbol_of(name: str) -> str:
    """What a module's ``probe`` is called where it is not the only one."""
    return f"probe_{name}".replace("-", "_")


SETJMP = ("-mllvm", "-wasm-enable-sjlj", "-mexception-handling")
STANDARD = ("-mllvm", "-wasm-use-legacy-eh=false")
EXCEPTIONS = ("-fexceptions", "-fwasm-exceptions", *STANDARD)

FACETS = (
    Facet("nothing.c", "No library"),
    Facet("zig.zig", "Zig: no headers, three functions of libc", static_only=True),
    Facet("memory.c", "malloc, strings, sorting, numbers"),
    Facet("file.c", "A file by stdio"),
    Facet("errno.c", "errno and its values"),
    Facet("stat.c", "struct stat, mode bits"),
    Facet("directory.c", "struct dirent, d_type"),
    Facet("flags.c", "Flags of open and fcntl"),
    Facet("clock.c", "Clocks, struct tm"),
    Facet("poll.c", "poll, select"),
    Facet("page.c", "PAGE_SIZE"),
    Facet("thread-local.c", "A thread-local variable"),
    Facet("signal.c", "Signals, emulated", library="libwasi-emulated-signal.a"),
    Facet("setjmp.c", "setjmp", (*SETJMP, *STANDARD), library="libsetjmp.a"),
    Facet("string.cpp", "C++: string, vector", static_only=True),
    Facet("table.cpp", "C++: unordered_map of strings"),
    Facet("throw.cpp", "C++: an exception", EXCEPTIONS),
    Facet("pthread.c", "pthread: once, mutex, key"),
    Facet("cpu-clock.c", "CLOCK_PROCESS_CPUTIME_ID", static_only=True),
    Facet("address.c", "inet_addr"),
    Facet("dup.c", "dup"),
    Facet("semaphore.c", "sem_init"),
    Facet("fast-integers.c", "int_fast16_t, handed to a library", static_only=True),
    Facet("socket.c", "A socket"),
    Facet("recv.c", "recv with MSG_PEEK", static_only=True, hosts=("0.1",)),
    Facet("fd-write.c", "__wasi_fd_write"),
    Facet("direct.c", "WASI 0.1 imported by the module"),
)
# Its compiler is a hundred megabytes, so it is run by name only.
RUST = Facet("rust.rs", "Rust's standard library for WASI 0.1", static_only=True)
