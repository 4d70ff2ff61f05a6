"""A program that is run to its end, or not."""

import sys
import threading
from pathlib import Path

import pytest

from tests.toolkit.process import ENDED, run


@pytest.mark.skipif(sys.platform == "win32", reason="Windows lacks sh")
def test_what_a_program_said_before_it_hung() -> None:
    said = run(["sh", "-c", "echo here; exec sleep 60"], timeout=1)
    assert (said.status, said.text) == (-1, "here\n\nno end in 1 s")
    assert said.last == "no end in 1 s"


def test_a_program_that_ends() -> None:
    code = "import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)"
    said = run([sys.executable, "-c", code])
    assert said.status == 3
    assert sorted(said.text.split()) == ["err", "out"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows lacks sh")
def test_what_a_program_started_ends_with_it(tmp_path: Path) -> None:
    stop = threading.Event()
    log = tmp_path / "log"
    threading.Timer(0.5, stop.set).start()
    done = run(["sh", "-c", "echo here; sleep 60 & wait"], log=log, stop=stop)
    assert (done.status, done.text) == (ENDED, "here\n\ninterrupted")
    assert log.read_text(encoding="utf-8") == "here\n"
    assert run(["sh", "-c", "exit 3"], stop=threading.Event()).status == 3
