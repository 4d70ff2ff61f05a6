"""What auditwheel-emscripten shows of a wheel: ``auditwheel_show.py FOLDER WHEEL``, in JSON."""

import importlib
import json
import sys
from pathlib import PurePosixPath
from typing import Any


def main(folder: str, wheel: str) -> None:
    """Print needed libraries, run-time paths, imports and exports, by module."""
    sys.path.insert(0, folder)
    tool = importlib.import_module("auditwheel_emscripten")
    shown: dict[str, Any] = {}
    for name, (needed, paths) in tool.show(wheel).items():
        shown[name] = {"needed": needed, "runtime_paths": paths}
    for name, imports in tool.get_imports(wheel).items():
        listed = sorted([one.module, one.field, int(one.kind)] for one in imports)
        shown[str(PurePosixPath(name))]["imports"] = listed
    for name, exports in tool.get_exports(wheel).items():
        listed = sorted([one.name, int(one.kind)] for one in exports)
        shown[str(PurePosixPath(name))]["exports"] = listed
    json.dump(shown, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
