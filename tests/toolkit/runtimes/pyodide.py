"""Pyodide under Node, as a worker."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from .worker import Worker

HOST = Path(__file__).with_name("pyodide_host.mjs")


def pyodide(
    node: Path, package: Path, mounts: Mapping[str, Path], path: Sequence[str]
) -> Worker:
    """Return a worker that is a Pyodide.

    :param node: the executable of Node.
    :param package: the npm package of the Pyodide.
    :param mounts: for each path in the guest, the folder of this machine.
    :param path: put first on ``sys.path``.
    """
    options = {
        "pyodide": str(package),
        "mounts": {guest: str(host) for guest, host in mounts.items()},
        "path": list(path),
    }
    # With stack switching, pip's urllib3 can wait for JavaScript's fetch.
    return Worker([node, "--experimental-wasm-jspi", HOST, json.dumps(options)])
