"""The exit codes of ``wasm-tags``."""

YES, NO, BAD_INPUT = 0, 1, 2
# As a shell says of a program that a signal ended: SIGINT, SIGPIPE, SIGTERM.
INTERRUPTED, UNREAD, TERMINATED = 130, 141, 143
