"""What an index offers, seen from a WebAssembly target: the extra ``index``."""
