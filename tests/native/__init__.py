"""Real compilers, linkers and interpreters: what the tags are about."""
