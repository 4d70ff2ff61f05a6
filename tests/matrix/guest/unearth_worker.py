"""Run unearth's command in this process."""

import contextlib
import importlib
import io
import json
import sys
from urllib.parse import unquote, urlsplit

NOTHING_FITS = "No matches are found"


def choose(folder: str, arguments: list[str]) -> str | None:
    """Return the name of the file that it finds, or None if nothing fits."""
    if folder not in sys.path:
        sys.path.append(folder)
    cli = importlib.import_module("unearth.__main__").cli
    output, errors = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(errors):
        try:
            cli(arguments)
        except SystemExit:
            if NOTHING_FITS not in errors.getvalue():
                raise
            return None
    link = json.loads(output.getvalue())["link"]["url"]
    return unquote(urlsplit(link).path.rpartition("/")[2])
