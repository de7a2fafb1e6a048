"""HDF5 files of others: read with h5py alone, and nothing of what a file could ask for but numbers and short texts.

A file can be damaged, or made to harm: links out of it, groups that contain themselves, arrays that are said to be
larger than any bytes in it can hold. Each is an error before anything of that size is allocated. Of some damaged files
the HDF5 library never returns, or it takes the process down. So a process of its own reads a file, which has a time.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from math import ceil
from pathlib import Path
from typing import Any

import numpy as np

from loihi_emu.errors import LoihiEmuError, extra, invalid
from loihi_emu.files.foreign import describe

MOST_BYTES = 1 << 31
"""Of all arrays of a file together."""
MOST_ADDRESSES = 1 << 35
"""Of the process that reads; libraries with many threads reserve much that they never use."""
MOST_GROUPS = 1 << 16
"""Groups, and entries without a fixed name, of a file."""
SECONDS, BYTES_PER_SECOND = 15.0, 1e6
"""What reading a file may take of a processor, and as much more for its bytes: a hundred times what it takes."""
PATIENCE = 20.0
"""So many times as long it may take by the clock, on a machine that does other things."""
PROCESSOR_TIME = -int(getattr(signal, "SIGXCPU", 0))
"""The code of a process that took too much of it; 0 where systems do not count."""
PROGRAM = "import sys; from loihi_emu.exchange.hdf5 import answer; answer(*sys.argv[1:])"
MAYBE = ("an HDF5 file", "a file of unknown form")
"""What files are by their first bytes that h5py is asked to read."""
PACKED = 1100
"""No filter of HDF5 that these files use packs numbers more tightly than this."""
LONGEST_TEXT = 1000
PROBLEMS = (
    OSError, RuntimeError, KeyError, ValueError, TypeError, AttributeError, OverflowError, MemoryError, SystemError,
    RecursionError,
)  # fmt: skip
"""What h5py raises of damaged files."""


@dataclass(frozen=True)
class Form:
    """A form of files: what errors call it and allow, the extra that reads it, and the module whose ``read_here`` does.

    Attributes
    ----------
    name, allowed : str
        ``NIR file``, ``a NIR file (HDF5) as nir.write makes it``.
    extra : str
        What to install, as ``nir``.
    module : str
        With a function ``read_here(path)`` that returns plain data.
    """

    name: str
    allowed: str
    extra: str
    module: str

    def where(self, path: str | Path) -> str:
        """What errors call a file."""
        return f'{self.name} "{Path(path).name}"'


def read_apart(form: Form, path: str | Path) -> Any:
    """What ``read_here`` of the form's module returns of a file, read in a process of its own; or an error."""
    file = Path(path).absolute()
    where = form.where(file)
    what, advice = describe(file)
    if what not in MAYBE:
        raise invalid(where, "", what, form.allowed, advice=advice)
    seconds = SECONDS + file.stat().st_size / BYTES_PER_SECOND
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-c", PROGRAM, form.module, str(file), str(ceil(seconds))]
    patience = PATIENCE if PROCESSOR_TIME else 1.0
    given = f"a file that h5py does not finish reading in {seconds:.0f} s"
    try:
        done = subprocess.run(command, env=environment, capture_output=True, timeout=seconds * patience, check=False)
        if done.returncode == 0:
            found = pickle.loads(done.stdout)  # from the same program, not from the file
            if isinstance(found, LoihiEmuError):
                raise found
            return found
        if done.returncode != PROCESSOR_TIME:
            given = f"a file at which h5py ends with code {done.returncode}"
    except subprocess.TimeoutExpired:
        pass
    raise invalid(where, "", given, f"a {form.name} that is whole", advice="Copy or write the file again.") from None


def answer(module: str, path: str, seconds: str) -> None:
    """Write what is read of a file to the standard output; what the reading process does."""
    with suppress(ImportError, ValueError, OSError):  # where a process has limits
        resource = import_module("resource")
        resource.setrlimit(resource.RLIMIT_AS, (MOST_ADDRESSES, resource.getrlimit(resource.RLIMIT_AS)[1]))
        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
        resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), resource.getrlimit(resource.RLIMIT_CPU)[1]))
    try:
        found = import_module(module).read_here(path)
    except LoihiEmuError as problem:
        found = problem
    sys.stdout.buffer.write(pickle.dumps(found))


def read_with(form: Form, path: str | Path, take: Callable[[Any, Reader], Any]) -> Any:
    """Open a file and return what `take` reads of it; whatever h5py raises is one error of ours."""
    try:
        import h5py
    except ImportError as problem:
        raise extra("h5py", form.extra) from problem
    file = Path(path)
    where = form.where(file)
    try:
        with h5py.File(file, "r") as opened:
            return take(opened, Reader(where, h5py))
    except LoihiEmuError:
        raise
    except PROBLEMS as problem:
        what, advice = describe(file)
        if what == "an HDF5 file":
            what, advice = f"a file that h5py cannot read ({_first_line(problem)})", "Copy or write the file again."
        raise invalid(where, "", what, form.allowed, advice=advice) from None


class Reader:
    """What was read of a file so far, and the checks before anything of it is read.

    Parameters
    ----------
    where : str
        What errors call the file.
    h5py : module
    """

    def __init__(self, where: str, h5py: Any) -> None:
        self.where, self.h5py = where, h5py
        self.bytes = self.groups = 0

    def is_group(self, found: Any) -> bool:
        """Whether something is a group and no array."""
        return isinstance(found, self.h5py.Group)

    def top(self, opened: Any, name: str, allowed: str) -> Any:
        """A group at the root of a file."""
        found = opened.get(name, getlink=True)
        if found is None or not isinstance(found, self.h5py.HardLink) or not self.is_group(opened[name]):
            raise invalid(self.where, "", f'an HDF5 file without a group "{name}"', allowed)
        return opened[name]

    def count(self, place: str, name: str) -> None:
        """Count one group or entry more; raise of more than files have."""
        self.groups += 1
        if self.groups > MOST_GROUPS:
            raise invalid(place, name, f"more than {MOST_GROUPS}", f"at most {MOST_GROUPS}")

    def member(self, group: Any, name: str, place: str) -> Any:
        """What stands in a group under a name; links that lead elsewhere are refused."""
        link = group.get(name, getlink=True)
        if link is None:
            raise invalid(place, name, "nothing of this name", f'a group with "{name}"', advice="Write the file again.")
        if not isinstance(link, self.h5py.HardLink):
            raise invalid(place, name, "a link to elsewhere", "what is in the file itself")
        return group[name]

    def value(self, data: Any, place: str, name: str) -> Any:
        """An array, a number or a short text."""
        if not isinstance(data, self.h5py.Dataset):
            raise invalid(place, name, "a group", "an array")
        if data.dtype.kind in "OSU":
            return self.text(data, place, name)
        if data.dtype.kind not in "iufb":
            raise invalid(place, name, f"values of type {data.dtype}", "real numbers")
        self.check_size(data, place, name)
        return data[()]

    def text(self, data: Any, place: str, name: str) -> str:
        """A short text."""
        if not isinstance(data, self.h5py.Dataset) or data.dtype.kind not in "OSU" or data.size != 1:
            raise invalid(place, name, "something else", "one text")
        self.check_size(data, place, name)
        found = np.asarray(data[()]).reshape(-1)[0]
        text = found.decode("utf8") if isinstance(found, bytes) else str(found)
        if len(text) > LONGEST_TEXT:
            raise invalid(place, name, f"{len(text)} characters", f"at most {LONGEST_TEXT}")
        return text

    def check_size(self, data: Any, place: str, name: str) -> None:
        """Raise of arrays that are larger than their bytes can hold, or that stand elsewhere."""
        if data.is_virtual or data.external:
            raise invalid(place, name, "an array that stands in other files", "what is in the file itself")
        size = int(data.size) * int(data.dtype.itemsize)
        stored = int(data.id.get_storage_size())
        if size > PACKED * stored + 4096:
            given = f"shape {data.shape}, of which {stored} bytes are there"
            raise invalid(place, name, given, "an array that is whole", advice="Copy or write the file again.")
        self.bytes += size
        if self.bytes > MOST_BYTES:
            raise invalid(place, name, f"{self.bytes} bytes up to here", f"arrays of at most {MOST_BYTES} bytes")


def _first_line(problem: BaseException) -> str:
    return (str(problem).splitlines() or [type(problem).__name__])[0][:200]
