"""An adapter for the cases of interpreters: the packaging inside poetry-core.

Poetry asks it which wheels an environment takes, and poetry-core what to call a wheel. What an
interpreter would say of itself is simulated.
"""

from __future__ import annotations

import importlib
import json
import platform
import sys
import sysconfig
from typing import Any
from unittest import mock


def platform_tags(request: dict[str, Any]) -> list[str]:
    """The platform tags of the interpreter that the request describes, best first."""
    importlib.import_module("poetry.core")  # it puts its packaging on the path
    tags = importlib.import_module("packaging.tags")
    with (
        mock.patch.object(platform, "system", return_value=request["system"]),
        mock.patch.object(platform, "machine", return_value=request["machine"]),
        mock.patch.object(
            sysconfig, "get_platform", return_value=request["get_platform"]
        ),
        mock.patch.object(sysconfig, "get_config_var", request["config"].get),
    ):
        return list(tags.platform_tags())


def main() -> None:
    """Answer each line."""
    sys.path.insert(0, sys.argv[1])
    for line in sys.stdin:
        request = json.loads(line)
        answer = {"id": request["id"]}
        if request["kind"] == "environment":
            answer["result"] = platform_tags(request)
        else:
            answer["unsupported"] = f"its packaging has no part in {request['kind']}"
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
