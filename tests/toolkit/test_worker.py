"""A worker whose child answers, raises, crashes or hangs."""

import platform
import sys
from collections.abc import Iterator

import pytest

from .paths import ROOT
from .process import CONFIGURING, clean_environment
from .runtimes.worker import RESTARTS, Worker, WorkerError, host

CHILD = """\
import json, sys, time
for line in sys.stdin:
    request = json.loads(line)
    print("something else", flush=True)
    print(request["function"], file=sys.stderr, flush=True)
    if request["function"] == "die":
        sys.exit(1)
    if request["function"] == "hang":
        time.sleep(60)
    print(json.dumps({"id": request["id"], "value": 1, "output": ""}), flush=True)
"""


@pytest.fixture
def worker() -> Iterator[Worker]:
    process = host([ROOT, ROOT / "reference"])
    yield process
    process.close()


@pytest.fixture
def child() -> Iterator[Worker]:
    process = Worker([sys.executable, "-c", CHILD], start_timeout=10)
    yield process
    process.close()


def test_a_guest_module_answers_or_raises(worker: Worker) -> None:
    versions = {"python": platform.python_version()}
    assert worker.call("environment.versions").value == versions
    with pytest.raises(WorkerError, match="ModuleNotFoundError") as error:
        worker.call("nothing.at_all")
    assert "Traceback" in error.value.output
    assert worker.call("environment.versions").value == versions


def test_settings_of_tools_are_removed(monkeypatch: pytest.MonkeyPatch) -> None:
    for prefix in CONFIGURING:
        monkeypatch.setenv(f"{prefix}SAID", "by the caller")
    environment = clean_environment(PDM_PYTHON="by the adapter")
    assert "by the caller" not in environment.values()
    assert environment["PDM_PYTHON"] == "by the adapter"


def test_one_that_hangs_is_ended_and_started_again(child: Worker) -> None:
    assert child.call("say").value == 1  # its other lines are no answer
    with pytest.raises(WorkerError, match="no answer in") as error:
        child.call("hang", timeout=0.2)
    # What it wrote before; it may not have come to this call yet.
    assert error.value.output.startswith("say\n")
    assert child.call("say").value == 1


def test_one_that_dies_is_started_again_a_few_times(child: Worker) -> None:
    for _ in range(RESTARTS + 1):
        with pytest.raises(WorkerError, match="the process ended") as error:
            child.call("die")
        assert error.value.output == "die\n"
    with pytest.raises(WorkerError, match="gave up"):
        child.call("say")
    child.close()
    assert child.call("say").value == 1
