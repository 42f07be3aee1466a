"""The documentation site: MyST pages, the generated reference, built offline with warnings as errors."""

from __future__ import annotations

import sys
from pathlib import Path

from yibao import __version__

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

project = "yibao 医保"
author = "The yibao founders"
version = release = __version__
language = "zh_CN"

extensions = ["myst_parser", "sphinx.ext.autodoc"]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = f"yibao 医保 {__version__}"
html_copy_source = False
html_show_sourcelink = False
html_show_copyright = False

myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3

default_role = "literal"  # the house's docstrings write names in single backticks
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_preserve_defaults = True
suppress_warnings = ["misc.highlighting_failure"]  # a listing that is no whole program is shown plain
