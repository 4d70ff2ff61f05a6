"""The audit held against real wheels, and the data that it needs of real runtimes."""
