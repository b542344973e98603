"""The interpreter's own test suite, run in place on cffisock."""
