"""What a CPython for WASI says of itself, as JSON; run as a script or imported."""

from __future__ import annotations

import json
import os
import platform
import sys
import sysconfig

# A folder with a _sysconfigdata that carries the platform, as CPython's build would.
if "SYSCONFIGDATA" in os.environ:
    sys.path.insert(0, os.environ["SYSCONFIGDATA"])

import packaging.markers
import packaging.tags

import wasm_platform_tags

VARIABLES = (
    "WASI_PLATFORM_VERSION",
    "HOST_GNU_TYPE",
    "MULTIARCH",
    "SOABI",
    "EXT_SUFFIX",
)


def report() -> str:
    """Tags unpatched and patched, config variables, markers."""
    unpatched = list(packaging.tags.platform_tags())
    with wasm_platform_tags.patched(packaging.tags):
        patched = list(packaging.tags.platform_tags())
        best = str(next(packaging.tags.sys_tags()))
    return json.dumps(
        {
            "python": platform.python_version(),
            "get_platform": sysconfig.get_platform(),
            "config": {name: sysconfig.get_config_var(name) for name in VARIABLES},
            "markers": dict(packaging.markers.default_environment()),
            "packaging": unpatched,
            "packaging, patched": patched,
            "best tag, patched": best,
            "library": list(wasm_platform_tags.platform_tags()),
        }
    )


if __name__ == "__main__":
    print(report())
