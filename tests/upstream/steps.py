"""What the steps of a project share: their error, and how all of them are stopped."""

import threading
from collections.abc import Callable

# How many lines of a program's output the error has.
TAIL_LINES = 25


class StepError(Exception):
    """A step of a project failed: which step, why, and the end of its output."""

    def __init__(self, step: str, why: str, output: str = "") -> None:
        super().__init__(f"{step}: {why}")
        self.step = step
        self.why = why
        self.output = "\n".join(output.rstrip().splitlines()[-TAIL_LINES:])


class Stop(threading.Event):
    """An event that ends every program of a run, and calls functions when it is set."""

    def __init__(self) -> None:
        super().__init__()
        self.callbacks: list[Callable[[], None]] = []

    def set(self) -> None:
        """End every program, as after Ctrl-C."""
        super().set()
        for callback in self.callbacks:
            callback()
