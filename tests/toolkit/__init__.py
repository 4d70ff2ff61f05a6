"""What the applications in ``tests`` share: downloads, processes, runtimes, results."""
