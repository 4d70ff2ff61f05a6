"""All runs, in the order of the pages that show them."""

from . import extension, families, gallery, guides, interpreters, target_pip, wasi_way
from .abi import runs as abi
from .context import NativeContext
from .observe import Run


def every_run(context: NativeContext) -> list[Run]:
    """What can be run; nothing is started by listing it."""
    return [
        *wasi_way.runs(context),
        *extension.runs(),
        *families.runs(context),
        *interpreters.runs(),
        *gallery.runs(context),
        *abi.runs(),
        *guides.runs(context),
        *target_pip.runs(),
    ]
