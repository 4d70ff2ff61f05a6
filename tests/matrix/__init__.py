"""Real installers in real runtimes, held against the conformance cases."""
