"""Sphinx's settings: `sphinx-build -W docs docs/_build/html`, with cffisock installed."""

from __future__ import annotations

from importlib.metadata import version as version_of

project = "cffisock"
author = "the cffisock contributors"
copyright = f"2026, {author}"
release = version = version_of(project)

extensions = ["sphinx.ext.autodoc"]
exclude_patterns = ["_build", "changes"]
default_role = "code"
autodoc_member_order = "bysource"
# The annotations are for type checkers; the texts say what is meant.
autodoc_typehints = "none"

html_theme = "furo"
html_title = f"cffisock {release}"
