"""Run the command as ``python -m wasm_platform_tags``."""

import sys

from .cli.main import main

sys.exit(main())
