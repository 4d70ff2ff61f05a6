"""Does a wheel contradict its platform tag? Read from its bytes; nothing is run.

Needs the extra ``audit`` for the command, and nothing but ``packaging`` when imported.
The rules are in policies.json beside this module.
"""

from __future__ import annotations

from ..wheelfile.archive import UnsafeWheelError
from .report import Report, audit, json_report
from .rules import Finding, judge_module
from .sarif import sarif

__all__ = [
    "Finding",
    "Report",
    "UnsafeWheelError",
    "audit",
    "json_report",
    "judge_module",
    "sarif",
]
