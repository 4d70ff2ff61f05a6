"""Put the archive's own Windows stubs where its build looks for them before it downloads."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

source, folder = map(Path, sys.argv[1:])
stubs = list((source / "pex" / "windows" / "stubs").glob("*.exe"))
for stub in stubs:
    (folder / stub.name).mkdir(parents=True, exist_ok=True)
    shutil.copy(stub, folder / stub.name / "stub.exe")
sys.exit(0 if stubs else "the archive has no stubs")
