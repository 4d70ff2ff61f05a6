"""What packaging offers for ranking an index's files, and a large project to rank."""

import itertools
from collections.abc import Iterable, Iterator

from packaging.tags import create_compatible_tags_selector
from packaging.utils import InvalidWheelFilename, parse_wheel_filename
from packaging.version import Version

from wasm_platform_tags import Target

TARGET = Target("3.13", "pyemscripten_2025_0_wasm32")

PLATFORMS = (
    "macosx_10_13_x86_64",
    "macosx_11_0_arm64",
    "manylinux_2_17_aarch64.manylinux2014_aarch64",
    "manylinux_2_17_i686.manylinux2014_i686",
    "manylinux_2_17_x86_64.manylinux2014_x86_64",
    "musllinux_1_2_aarch64",
    "musllinux_1_2_x86_64",
    "win32",
    "win_amd64",
    "win_arm64",
    "pyemscripten_2024_0_wasm32",
    "pyemscripten_2025_0_wasm32",
    "pyodide_2025_0_wasm32",
    "pyemscripten_2026_0_wasm32",
    "wasi_0_1_sdk_24_wasm32",
)
INTERPRETERS = ("cp39", "cp310", "cp311", "cp312", "cp313", "cp313t", "cp314")


def project(size: int) -> list[str]:
    """The files of a large project: many releases, each for many platforms."""

    def files() -> Iterator[str]:
        for release in itertools.count():
            version = f"{release // 100}.{release // 10 % 10}.{release % 10}"
            yield f"large_project-{version}.tar.gz"
            yield f"large_project-{version}-py3-none-any.whl"
            yield f"large_project-{version}-1-py3-none-any.whl"
            yield f"large_project-{version}-not-a-wheel.whl"
            for abi, where in itertools.product(INTERPRETERS, PLATFORMS):
                python = abi.removesuffix("t")
                yield f"large_project-{version}-{python}-{abi}-{where}.whl"

    return list(itertools.islice(files(), size))


def rank_by_packaging(filenames: Iterable[str]) -> list[str]:
    """What packaging offers for the same job."""
    parsed = []
    for filename in filenames:
        try:
            _, _, build, tags = parse_wheel_filename(filename)
        except InvalidWheelFilename:
            continue
        parsed.append((filename, tags, build))
    parsed.sort(key=lambda one: one[2], reverse=True)
    select = create_compatible_tags_selector(TARGET.tags())
    return list(select((filename, tags) for filename, tags, _ in parsed))


def select_by_packaging(filenames: Iterable[str]) -> str | None:
    """What packaging offers to find the newest release that fits."""
    releases: dict[Version, list[str]] = {}
    for filename in filenames:
        try:
            version = parse_wheel_filename(filename)[1]
        except InvalidWheelFilename:
            continue
        releases.setdefault(version, []).append(filename)
    newest_first = (releases[version] for version in sorted(releases, reverse=True))
    fitting = filter(None, map(rank_by_packaging, newest_first))
    return next((ranked[0] for ranked in fitting), None)
