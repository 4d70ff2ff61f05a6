"""Check whether the bytes of a wheel contradict its platform tag. Nothing is run.

The command needs the extra ``audit``; this package needs ``packaging`` alone.
"""

from __future__ import annotations

from ..wheelfile.archive import UnsafeWheelError
from .report import Report, audit, json_report
from .rules import Finding, check_module
from .sarif import sarif

__all__ = [
    "Finding",
    "Report",
    "UnsafeWheelError",
    "audit",
    "check_module",
    "json_report",
    "sarif",
]
