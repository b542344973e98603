"""``python -m tests.load``: servers under the load of clients of all kinds, every byte checked."""
