"""The changes that the PEP asks of other projects, tried on their releases."""
