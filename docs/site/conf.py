"""Sphinx's settings for the site. SPDX-License-Identifier: BSD-3-Clause"""
import os

project = "libgim"
copyright = "the libgim authors"
author = "the libgim authors"
release = os.environ["GIM_VERSION"]
version = release
html_title = f"libgim {release}"

extensions = ["myst_parser", "breathe"]
root_doc = "index"
exclude_patterns = ["docs/site"]
myst_heading_anchors = 4
breathe_projects = {"libgim": os.environ["DOXYGEN_XML"]}
breathe_default_project = "libgim"
breathe_domain_by_extension = {"h": "c"}
# Types of C's own headers, and what lib/ has inside, have no page to lead to.
nitpicky = False
highlight_language = "none"
smartquotes = False

html_theme = "furo"
html_static_path = ["style.css"]
html_css_files = ["style.css"]
html_copy_source = False
html_show_sphinx = False
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#0b5c7a", "color-brand-content": "#0b5c7a"},
    "dark_css_variables": {"color-brand-primary": "#7cc7e0", "color-brand-content": "#7cc7e0"},
}
