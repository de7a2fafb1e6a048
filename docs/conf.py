"""How the pages are built: ``make docs``. A page is one file in Markdown, an example of the gallery one script."""

import re
import sys
from pathlib import Path

import matplotlib

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
matplotlib.use("Agg")

import loihi_emu  # noqa: E402 (the checkout's)

project = "loihi_emu"
author = "The loihi_emu developers"
copyright = f"2026, {author}"
release = version = loihi_emu.__version__

extensions = [
    "myst_nb",
    "sphinxcontrib.mermaid",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx_gallery.gen_gallery",
]
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_timeout = 120
nb_execution_in_temp = True
nb_merge_streams = True
exclude_patterns = ["_build", "gallery/*.ipynb"]
nitpicky = False

html_theme = "furo"
html_static_path = ["_static"]
html_css_files = ["wide.css"]
templates_path = ["_templates"]
html_title = f"loihi_emu {release}"

myst_heading_anchors = 3
myst_fence_as_directive = ["mermaid"]
myst_enable_extensions = ["colon_fence", "dollarmath"]

autosummary_generate = True
autodoc_typehints = "none"
autodoc_preserve_defaults = True
autodoc_member_order = "bysource"
numpydoc_show_class_members = True
numpydoc_class_members_toctree = False
numpydoc_show_inherited_class_members = False

sphinx_gallery_conf = {
    "examples_dirs": str(ROOT / "examples" / "gallery"),
    "gallery_dirs": "gallery",
    "filename_pattern": r"/(?!_|torch_)[^/]*\.py$",  # what needs PyTorch is shown, not run
    "abort_on_example_error": True,
    "only_warn_on_example_error": False,
    "download_all_examples": False,
    "notebook_extensions": set(),
    "capture_repr": (),
    "remove_config_comments": True,
    "show_memory": False,
    "min_reported_time": 15,
    "image_scrapers": ("matplotlib",),
    "within_subsection_order": "FileNameSortKey",
}

ROOT_PAGES = {"architecture": "ARCHITECTURE.md", "contributing": "CONTRIBUTING.md", "changes": "CHANGELOG.md"}


PUBLIC = re.compile(r"^## .*: `([\w.]+)`$|^\| `(\w+)` \|", re.MULTILINE)
"""A heading of api.md with its package, or a row with a name of it."""


def read_root_page(app, name, source):
    """Put a file of the root in place of its page; its links lead to pages. Names in api.md lead to their pages."""
    if name == "api":
        package = ""

        def linked(found):
            nonlocal package
            package = found[1] or package
            pages = (f"reference/generated/{of}.{found[2]}.rst" for of in (package, "loihi_emu.learning"))
            page = next((page for page in pages if (ROOT / "docs" / page).exists()), None)
            return f"| [`{found[2]}`]({page}) |" if page else found[0]

        source[0] = PUBLIC.sub(linked, source[0])
    if name in ROOT_PAGES:
        text = (ROOT / ROOT_PAGES[name]).read_text()
        for page, file in ROOT_PAGES.items():
            text = text.replace(f"]({file}", f"]({page}.md")
        source[0] = text.replace("](docs/", "](")


def setup(app):
    """Called by Sphinx."""
    app.connect("source-read", read_root_page)
