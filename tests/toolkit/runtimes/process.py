"""A runtime or tool as a child process whose functions can be called."""

from __future__ import annotations

import contextlib
import itertools
import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wasm_platform_tags.conformance.child import AdapterError, Child

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

RESTARTS = 3


class ProcessError(Exception):
    """No answer: the process crashed, hung, or raised. `output` is what it left."""

    def __init__(self, message: str, output: str = "") -> None:
        super().__init__(message)
        self.output = output


@dataclass(frozen=True)
class Answer:
    """What a function returned, and what it printed meanwhile."""

    value: Any
    output: str


class Process:
    """Starts at the first call; starts again after a crash, a few times at most."""

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

    def call(self, function: str, *, timeout: float = 60, **arguments: Any) -> Answer:
        """Call ``module.function`` in the child and wait for what it returns."""
        number = next(self._ids)
        request = {"id": number, "function": function, "arguments": arguments}
        limit = timeout + (0 if self._child.running else self._start_timeout)
        try:
            self._child.send(json.dumps(request))
            reply = self._reply(number, time.monotonic() + limit)
        except AdapterError as none:
            raise ProcessError(str(none), none.stderr) from None
        if "error" in reply:
            raise ProcessError(
                reply["error"].strip().splitlines()[-1],
                reply["output"] + reply["error"],
            )
        return Answer(reply["value"], reply["output"])

    def close(self) -> None:
        """End the child, if it runs; the next call starts a fresh one."""
        self._child.close()

    def _reply(self, number: int, deadline: float) -> dict[str, Any]:
        """The reply with this number; lines that are not replies are chatter."""
        while True:
            line = self._child.receive(max(0, deadline - time.monotonic()))
            with contextlib.suppress(ValueError):
                reply = json.loads(line)
                if isinstance(reply, dict) and reply.get("id") == number:
                    return reply
