"""Faults put into a copy of the package, and the tests that have to notice them."""
