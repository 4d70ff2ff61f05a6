"""The launcher that makes an executable of a runtime."""

import os
import shlex
from pathlib import Path

import pytest

from .adapters.uv import write_interpreter
from .provision import Cache
from .settings import Runtime, load_settings

SETTINGS = load_settings()
GUESTS = [line for line in SETTINGS.runtimes if line.runtime != "host"]


@pytest.mark.parametrize("runtime", GUESTS, ids=lambda line: line.runtime)
def test_every_runtime_can_be_an_executable(tmp_path: Path, runtime: Runtime) -> None:
    folder = tmp_path / "with a blank"
    folder.mkdir()
    path = write_interpreter(folder, Cache(tmp_path / "cache", SETTINGS), runtime)
    shebang, line = path.read_text(encoding="utf-8").splitlines()
    words = shlex.split(line)
    assert shebang == "#!/bin/sh"
    assert (words[0], words[-1]) == ("exec", "$@")
    assert any(str(folder) in word for word in words)
    assert os.access(path, os.X_OK)


def test_a_runtime_without_a_module_is_an_error(tmp_path: Path) -> None:
    cache = Cache(tmp_path, SETTINGS)
    with pytest.raises(ValueError, match="does not say what it is"):
        write_interpreter(tmp_path, cache, Runtime("wasi-1", None))
