"""How fast cffisock is beside the interpreter's own socket; ``python -m tests.benchmarks``."""
