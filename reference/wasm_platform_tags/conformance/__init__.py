"""Run the conformance suite against any tool, in any language.

Needs the extra ``conformance``. INTERPRETING.md, beside the cases, says what an adapter has
to do.
"""

#: the kinds of cases that an adapter can be asked
KINDS = (
    *("parse", "environment", "build", "markers", "dependency", "select", "index"),
    "audit",
)
#: seconds that an adapter may take to start, in addition to the time for its first case
START = 30
