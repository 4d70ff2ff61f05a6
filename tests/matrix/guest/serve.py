"""The worker's side of a call: one JSON object a line, the same in every runtime.

A request names a function of this package and its arguments,
``{"id", "function", "arguments"}``; the answer is ``{"id", "value"}`` or
``{"id", "error"}``, and ``output`` has what the function printed. CPython on the host and
for WASI runs this as a program; in Pyodide, JavaScript reads the lines and awaits `answer`.
It uses only the standard library.
"""

import contextlib
import importlib
import inspect
import io
import json
import sys
import traceback
from collections.abc import Coroutine
from typing import Any


async def answer(line: str) -> str:
    """Return the answer to one request, as a line of JSON without its end."""
    request = json.loads(line)
    reply: dict[str, Any] = {"id": request["id"]}
    output = io.StringIO()
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
        try:
            module, _, name = request["function"].rpartition(".")
            found = importlib.import_module(f"{__package__}.{module}")
            function = getattr(found, name)
            value = function(**request["arguments"])
            reply["value"] = await value if inspect.isawaitable(value) else value
        except BaseException:  # noqa: BLE001 - SystemExit of a tool is an answer
            reply["error"] = traceback.format_exc()
    reply["output"] = output.getvalue()
    return json.dumps(reply)


def drive(coroutine: Coroutine[Any, Any, str]) -> str:
    """Run a coroutine that never waits, because CPython for WASI has no event loop."""
    try:
        coroutine.send(None)
    except StopIteration as done:
        return str(done.value)
    raise RuntimeError("this function waits, and there is no event loop here")


def main() -> None:
    """Answer the lines of standard input until it ends."""
    channel = sys.stdout
    for line in sys.stdin:
        channel.write(drive(answer(line)) + "\n")
        channel.flush()


if __name__ == "__main__":
    main()
