"""A child process, such as a runtime, whose Python functions can be called from here."""

import contextlib
import itertools
import json
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wasm_platform_tags.conformance.child import AdapterError, Child

from ..process import environment

RESTARTS = 3


class WorkerError(Exception):
    """A call returned nothing: the child crashed or hung, or the function raised.

    `output` is the end of what the child wrote.
    """

    def __init__(self, message: str, output: str = "") -> None:
        super().__init__(message)
        self.output = output


@dataclass(frozen=True)
class Reply:
    """The value that a function returned, and what was printed during the call."""

    value: Any
    output: str


class Worker:
    """Starts its child at the first call, and restarts it a few times after a crash.

    :param command: a program that runs ``tests/matrix/guest/serve.py``.
    :param env: its environment variables, by default those of this process.
    :param start_timeout: how many seconds its start may take.
    """

    def __init__(
        self,
        command: Sequence[str | Path],
        *,
        env: Mapping[str, str] | None = None,
        start_timeout: float = 90,
    ) -> None:
        self._child = Child([str(part) for part in command], env=env, restarts=RESTARTS)
        self._start_timeout = start_timeout
        self._ids = itertools.count()

    def call(self, function: str, *, timeout: float = 60, **arguments: Any) -> Reply:
        """Call ``module.function`` in the child.

        :param timeout: in seconds, without those of a start.
        :raises WorkerError: if it returns nothing.
        """
        number = next(self._ids)
        request = {"id": number, "function": function, "arguments": arguments}
        limit = timeout + (0 if self._child.running else self._start_timeout)
        try:
            self._child.send(json.dumps(request))
            reply = self._reply(number, time.monotonic() + limit)
        except AdapterError as error:
            raise WorkerError(str(error), error.stderr) from None
        if "error" in reply:
            raise WorkerError(
                reply["error"].strip().splitlines()[-1],
                reply["output"] + reply["error"],
            )
        return Reply(reply["value"], reply["output"])

    def close(self) -> None:
        """End the child, if it runs; the next call starts another."""
        self._child.close()

    def _reply(self, number: int, deadline: float) -> dict[str, Any]:
        """Return the reply with this number; other lines were printed by a tool."""
        while True:
            line = self._child.receive(max(0, deadline - time.monotonic()))
            with contextlib.suppress(ValueError):
                reply = json.loads(line)
                if isinstance(reply, dict) and reply.get("id") == number:
                    return reply


def host(path: Sequence[Path] = ()) -> Worker:
    """Return a CPython of this machine as a worker, which imports from these folders first.

    A tool is imported once for all cases.
    """
    command = [sys.executable, "-s", "-m", "tests.matrix.guest.serve"]
    return Worker(command, env=environment(path))
