"""PyPI's check of a wheel's platform, as far as it concerns WebAssembly.

Read in warehouse/forklift/legacy.py, ``_valid_platform_tag()`` and its caller: a file
name with a control character is refused; packaging splits it, which lower-cases the tags;
and every tag's platform has to match.
"""

from __future__ import annotations

import re

from packaging.utils import InvalidWheelFilename, parse_wheel_filename

# The one expression for WebAssembly there; applied with `match`, so its end is open.
PYEMSCRIPTEN = re.compile(r"pyemscripten_\d+_\d+_wasm32")


def accepts(platform: str) -> bool:
    """Whether a wheel with this third part of its tag passes."""
    if any(ord(character) < 32 or ord(character) == 127 for character in platform):
        return False
    try:
        tags = parse_wheel_filename(f"demo-1.0-cp313-cp313-{platform}.whl")[3]
    except InvalidWheelFilename as error:
        print(error)
        return False
    return all(PYEMSCRIPTEN.match(tag.platform) for tag in tags)
