"""``python -m tests.threads``: threads, forks and collections, for longer than tests can take."""
