"""``python -m tests.benchmarks.servers``: what a message costs a whole server."""
