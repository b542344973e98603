"""The command ``python -m cffisock``."""
