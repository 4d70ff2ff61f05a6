"""Run the command as ``python -m wasm_platform_tags``."""

import sys

from ._cli import main

sys.exit(main())
