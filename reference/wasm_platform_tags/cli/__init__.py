"""The command ``wasm-tags``: a module for each of its commands."""
