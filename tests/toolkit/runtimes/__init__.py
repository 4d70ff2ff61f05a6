"""The runtimes: each a child process that answers guest/serve.py's requests."""
