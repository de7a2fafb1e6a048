"""Processes, with their compiled program if wanted, in a file.

A file is read through pickle, which can run any code: open only files that you trust. The classes of the processes
must be importable where the file is loaded.
"""

from __future__ import annotations

import os
import pickle
from pathlib import Path
from typing import Any

from lava_api.magma.compiler.executable import Executable
from lava_api.magma.core.process.process import AbstractProcess
from loihi_emu.errors import SimulationError, invalid
from loihi_emu.files import foreign
from loihi_emu.files.writing import replacing
from loihi_emu.keywords import known_keywords

SUFFIX = ".pickle"


class SerializationObject:
    """What a file holds.

    Parameters
    ----------
    processes : AbstractProcess or list of AbstractProcess
    executable : Executable, optional
        Result of their compilation.
    """

    def __init__(self, processes: Any, executable: Executable | None = None) -> None:
        self.processes = processes
        self.executable = executable


@known_keywords
def save(processes: Any, filename: str, executable: Executable | None = None) -> None:
    """Write processes into a file.

    Parameters
    ----------
    processes : AbstractProcess or list of AbstractProcess
        With all that is connected to them. State is saved as it was given at construction: the values that a running
        program holds belong to its runtime and are not in the file.
    filename : str
        Without a dot in it, ``.pickle`` is added.
    executable : Executable, optional
        What ``compile()`` returned, to be handed to ``create_runtime()`` after loading.

    Raises
    ------
    TypeError
        For an argument of another type.
    SimulationError
        When something in the processes cannot be pickled, such as a function defined in a function.
    """
    single = isinstance(processes, AbstractProcess)
    if not single and not isinstance(processes, list):
        raise TypeError(f"processes: expected an AbstractProcess or a list of them, got {processes!r}.")
    for process in [processes] if single else processes:
        if not isinstance(process, AbstractProcess):
            raise TypeError(f"processes: expected a list of AbstractProcess, found {process!r} in it.")
    if not isinstance(filename, str):
        raise TypeError(f"filename: expected a string, got {filename!r}.")
    if executable is not None and not isinstance(executable, Executable):
        raise TypeError(f"executable: expected an Executable (what compile() returns), got {executable!r}.")
    try:
        content = pickle.dumps(SerializationObject(processes, executable))
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        raise SimulationError(
            f"the processes cannot be saved: {error}. Classes and functions they refer to must be importable by name,"
            " not defined inside a function or __main__ of another program."
        ) from error
    with replacing(filename if "." in filename else filename + SUFFIX) as file:
        file.write(content)


@known_keywords
def load(filename: str) -> tuple[Any, Executable | None]:
    """Read processes, and their executable if there is one, from a file.

    Parameters
    ----------
    filename : str
        The file's whole name.

    Returns
    -------
    processes, executable

    Raises
    ------
    TypeError
        For a name that is no string.
    OSError
        When there is no such file.
    AssertionError
        When the file holds something else.
    ValidationError
        When it is damaged or no pickle.
    """
    if not isinstance(filename, str):
        raise TypeError(f"filename: expected a string, got {filename!r}.")
    if not os.path.isfile(filename):
        added = f"; there is a {filename}{SUFFIX}" if os.path.isfile(filename + SUFFIX) else ""
        raise OSError(f"there is no file {filename!r}{added}.")
    with open(filename, "rb") as file:
        try:
            content = pickle.load(file)
        except Exception as error:  # pickles that are damaged, or of classes that are gone, raise errors of any kind
            described, _ = foreign.describe(Path(filename))
            what = "a file that cannot be read" if described == "a pickle" else described
            given = f"{what} ({type(error).__name__}: {error})"
            raise invalid(filename, "", given, "a whole file written by save() of processes") from error
    if not isinstance(content, SerializationObject):
        raise AssertionError(
            f"the file {filename!r} holds {type(content).__name__}, not what lava's save() of processes writes."
        )
    return content.processes, content.executable
