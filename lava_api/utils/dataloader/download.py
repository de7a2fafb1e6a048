"""Files from the network."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from loihi_emu.files.writing import replacing

WAIT = 60
"""Seconds without an answer after which a mirror is given up."""


def fetch(name: str, mirrors: Sequence[str], folder: Path) -> list[str]:
    """Copy a file from the first mirror that gives it; return what went wrong if none does.

    Parameters
    ----------
    name : str
        Name of the file, there and here.
    mirrors : sequence of str
        Addresses that the name is appended to.
    folder : Path
        Where the file goes; it appears there when it is complete.
    """
    from urllib.error import URLError
    from urllib.request import urlopen

    failures = []
    for mirror in mirrors:
        try:
            with urlopen(mirror + name, timeout=WAIT) as answer:
                content = answer.read()
        except (URLError, OSError, ValueError) as error:
            failures.append(f"{mirror}{name}: {error}")
            continue
        folder.mkdir(parents=True, exist_ok=True)
        with replacing(folder / name) as file:
            file.write(content)
        return []
    return failures or [f"{name}: there is no mirror"]
