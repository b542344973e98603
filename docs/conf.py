"""Sphinx's settings: `sphinx-build -W docs docs/_build/html`, with cffisock installed."""

from __future__ import annotations

import sys
from importlib.metadata import version as version_of
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

project = "cffisock"
author = "the cffisock contributors"
copyright = f"2026, {author}"
release = version = version_of(project)

extensions = ["sphinx.ext.autodoc", "sphinx.ext.intersphinx", "reference_pages"]
exclude_patterns = ["_build", "changes"]
# `Deadline` is a link; what leads nowhere, here or there, is a warning.
default_role = "any"
nitpicky = True
# The few names of Python's own that these pages mention: building needs no network.
intersphinx_mapping = {"python": ("https://docs.python.org/3", "python.inv")}
autodoc_member_order = "bysource"
# The annotations are for type checkers; the texts say what is meant.
autodoc_typehints = "none"

# They would make curly quotes of those in b''.
smartquotes = False

html_theme = "furo"
# The theme's own one underlines the names of modules.
pygments_dark_style = "github-dark"
html_title = f"cffisock {release}"
html_static_path = ["_static"]
html_css_files = ["tables.css"]
