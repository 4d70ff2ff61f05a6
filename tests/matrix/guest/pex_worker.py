"""Run Pex in this process; it starts a process with pip each time."""

import contextlib
import importlib
import json
import sys
import tempfile
import zipfile
from pathlib import Path


def build(folder: str, arguments: list[str]) -> list[str] | None:
    """Return the files in the PEX that it builds, or None if it fails."""
    if folder not in sys.path:
        sys.path.append(folder)
    main = importlib.import_module("pex.bin.pex").main
    with tempfile.TemporaryDirectory() as place:
        made, log = Path(place) / "out.pex", Path(place) / "log"
        status: object = None
        # A real file, because its child processes write there too.
        with (
            log.open("w", encoding="utf-8") as output,
            contextlib.redirect_stderr(output),
        ):
            try:
                main([*arguments, "--output-file", str(made)])
            except SystemExit as left:
                status = left.code
        print(log.read_text(encoding="utf-8"))
        if status:
            # A number is a status; anything else is the message.
            print("" if isinstance(status, int) else status)
            return None
        info = json.loads(zipfile.ZipFile(made).read("PEX-INFO"))
    return list(info["distributions"])
