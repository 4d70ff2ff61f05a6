"""A first adapter: it answers ``parse``, and says of all else that it cannot."""

from __future__ import annotations

import json
import re
import sys

PYEMSCRIPTEN = r"(?:pyemscripten|pyodide)_([1-9][0-9]{3}_(?:0|[1-9][0-9]*))_wasm32$"
WASI = r"wasi_(?:0|[1-9][0-9]*)_(?:0|[1-9][0-9]*)_sdk_(?:0|[1-9][0-9]*)_wasm32$"


def parse(tag: str) -> list[str] | None:
    """Return all tags of the platform that a tag names, best first, or None."""
    if found := re.match(PYEMSCRIPTEN, tag):
        return [f"{family}_{found[1]}_wasm32" for family in ("pyemscripten", "pyodide")]
    return [tag] if re.match(WASI, tag) else None


for line in sys.stdin:
    case = json.loads(line)
    answer: dict[str, object] = {"id": case["id"]}
    if case["suite"] != "1":
        answer["unsupported"] = "this adapter knows version 1 of the suite alone"
    elif case["kind"] != "parse":
        answer["unsupported"] = "this adapter answers parse alone"
    else:
        answer["result"] = parse(case["tag"])
    print(json.dumps(answer), flush=True)
