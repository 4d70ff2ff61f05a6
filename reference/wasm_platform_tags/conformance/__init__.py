"""The conformance suite: run its cases against any tool, in any language.

Needs the extra ``conformance``. The contract of an adapter is INTERPRETING.md, beside
the cases.
"""
