"""Read untrusted wheels safely: the archive, and the metadata in it."""
