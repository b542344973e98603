"""What type checkers and editors see of cffisock: ``python -m tests.types``."""
