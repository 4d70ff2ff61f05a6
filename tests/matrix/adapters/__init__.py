"""The adapters: a module for each tool."""

from collections.abc import Mapping

from ..cells import LIBRARY
from .auditwheel_emscripten import AuditwheelEmscripten
from .base import Adapter
from .library import Library
from .micropip import Micropip
from .packaging import Packaging, PipVendored
from .pdm import Pdm
from .pex import Pex
from .pip import Pip
from .poetry import Poetry
from .pyodide_build import PyodideBuild
from .pyodide_lock import PyodideLock
from .unearth import Unearth
from .uv import Uv
from .warehouse import Warehouse

# By the name of the tool in provision.json.
ADAPTERS: Mapping[str, type[Adapter]] = {
    LIBRARY: Library,
    "auditwheel-emscripten": AuditwheelEmscripten,
    "micropip": Micropip,
    "packaging": Packaging,
    "pdm": Pdm,
    "pex": Pex,
    "pip": Pip,
    "pip-vendored": PipVendored,
    "poetry": Poetry,
    "pyodide-build": PyodideBuild,
    "pyodide-lock": PyodideLock,
    "unearth": Unearth,
    "uv": Uv,
    "warehouse": Warehouse,
}
