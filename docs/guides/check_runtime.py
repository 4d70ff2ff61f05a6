"""Say whether the runtime that runs this states its platform, as installers see it."""

from __future__ import annotations

import platform
import sys
import sysconfig

from wasm_platform_tags import InvalidPlatformTag, parse_platform_tag, platform_tags

VARIABLES = (
    "PYEMSCRIPTEN_PLATFORM_VERSION",
    "PYODIDE_ABI_VERSION",
    "WASI_PLATFORM_VERSION",
)

print(f"platform.machine() = {platform.machine()!r}")
for name in VARIABLES:
    print(f"{name} = {sysconfig.get_config_var(name)!r}")
tags = list(platform_tags())
print("platform tags, best first:", *tags, sep="\n  ")
try:
    parse_platform_tag(tags[0])
except InvalidPlatformTag as error:
    print(f"no platform is stated: {error.reason}")
    sys.exit(1)
