"""The tutorial as a notebook: made of ``start.md``, cell by cell. ``python docs/notebook.py`` writes it anew."""

import json
import re
from pathlib import Path

DOCS = Path(__file__).resolve().parent


def notebook(text: str) -> dict:
    """A notebook of a page: its texts and its blocks of Python."""
    cells = []
    for piece in re.split(r"(^```python\n.*?^```\n)", text, flags=re.MULTILINE | re.DOTALL):
        code = re.fullmatch(r"```python\n(.*?)\n?```\n", piece, re.DOTALL)
        source = code.group(1) if code else piece.strip()
        if source:
            cell = {"cell_type": "code" if code else "markdown", "id": f"cell-{len(cells)}", "metadata": {}}
            cell |= {"source": source.splitlines(keepends=True)}
            cells.append(cell | ({"execution_count": None, "outputs": []} if code else {}))
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}


def tutorial() -> str:
    """The notebook's text."""
    page = (DOCS / "start.md").read_text()
    page = page.replace("# Getting started", "# Tutorial", 1).replace(
        "Everything here runs as it stands, top to bottom, in one session of Python. The same as a notebook, "
        "with what it prints and draws: [tutorial.ipynb](tutorial.ipynb).",
        "The page [Getting started](start.md) as a notebook.",
    )
    return json.dumps(notebook(page), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    (DOCS / "tutorial.ipynb").write_text(tutorial())
