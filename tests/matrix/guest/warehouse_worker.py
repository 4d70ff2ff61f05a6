"""PyPI's check of a wheel's platform, as far as the suite asks it.

Read in warehouse/forklift/legacy.py, ``_valid_platform_tag()`` and its caller: a file
name with a control character is refused; packaging splits it, which lower-cases the
tags; and every tag's platform has to be in a list or match one of a few expressions.
Of these, this module has those for WebAssembly, and those for Linux with glibc, which some
cases combine with them.
"""

import re

from packaging.utils import InvalidWheelFilename, parse_wheel_filename

# For WebAssembly. Warehouse applies it with `match`, so that any text may follow.
PYEMSCRIPTEN = re.compile(r"pyemscripten_\d+_\d+_wasm32")
# Warehouse looks the processor up in a set, so that no text may follow.
MANYLINUX = re.compile(
    r"manylinux_\d+_\d+_(aarch64|armv7l|i686|ppc64|ppc64le|riscv64|s390x|x86_64)\Z"
)


def accepts(platform: str) -> bool:
    """Whether a wheel whose tag has this platform is accepted."""
    if any(ord(character) < 32 or ord(character) == 127 for character in platform):
        return False
    try:
        tags = parse_wheel_filename(f"demo-1.0-cp313-cp313-{platform}.whl")[3]
    except InvalidWheelFilename as error:
        print(error)
        return False
    platforms = [tag.platform for tag in tags]
    return all(PYEMSCRIPTEN.match(one) or MANYLINUX.match(one) for one in platforms)
