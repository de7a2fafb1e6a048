"""Where a program would run: asks for hardware, and where it is on virtual chips.

A program that asks finds no chip, by whatever way, and takes its way for machines without one. With the environment
variable ``LOIHI_EMU_CHIP=1``, or after :func:`use_virtual_chip` (not in Lava), it finds the virtual chip by all of
them: :func:`is_installed`, ``Loihi2.is_loihi2_available``, and the modules that Lava has with hardware alone
(``lava.magma.compiler.subcompilers.nc.ncproc_compiler``, ``lava.utils.loihi2_profiler``, ``loihi2_state_probes``).
``Loihi1HwCfg`` and ``Loihi2HwCfg`` run on the emulated chip in any case. :func:`placement` and :func:`place_process`
(not in Lava) tell on which chip, core and compartment each neuron is.
"""

from __future__ import annotations

import enum
import importlib.util
import os
from typing import Any

from lava_api import _chip
from lava_api.magma.compiler.place import place_process
from lava_api.utils import slurm

__all__ = [
    "ChipGeneration", "host", "is_installed", "place_process", "placement", "use_ethernet_host", "use_slurm_host",
    "use_virtual_chip",
]  # fmt: skip

host: str | None = None
"""``"SLURM"`` or ``"ETHERNET"`` once one of them was chosen."""


class ChipGeneration(enum.Enum):
    """Generations of chips."""

    N2A2 = "N2A2"
    N3B2 = "N3B2"
    N3B3 = "N3B3"
    N3C1 = "N3C1"
    N3D1 = "N3D1"


def use_virtual_chip(use: bool = True) -> None:
    """Let programs find the virtual chip from now on; they find none by default.

    The environment variable ``LOIHI_EMU_CHIP=1`` does the same before a program begins. Results of a program change
    only as far as it does something else where it finds a chip.

    Parameters
    ----------
    use : bool
        False lets them find none, whatever the environment variable says.

    Examples
    --------
    >>> use_virtual_chip()
    >>> is_installed()
    True
    >>> use_virtual_chip(False)
    >>> is_installed()
    False
    """
    _chip.ask_for(bool(use))


def use_slurm_host(
    partition: str | None = None, board: str | None = None, loihi_gen: ChipGeneration = ChipGeneration.N3B3
) -> None:
    """Choose chips that are reached through SLURM.

    With the virtual chip nobody is asked: the names are noted in the environment, where hardware configurations look
    for those of boards.

    Parameters
    ----------
    partition, board : str, optional
        One of them, for a choice of its own.
    loihi_gen : ChipGeneration
        Generation of the chip.

    Raises
    ------
    ImportError
        Where no chip is to be found.
    ValueError
        When there is no SLURM controller, or no such board or partition; nobody asks for the virtual chip.
    """
    _need_chip()
    if slurm.is_available() or not _chip.is_asked_for():
        slurm.enable()
        slurm.set_board(board, partition)
        slurm.set_partition(partition)
    else:
        slurm.note(board, partition)
    _choose("SLURM", loihi_gen)


def use_ethernet_host(
    host_address: str,
    host_binary_path: str = "nxcore/bin/nx_driver_server",
    loihi_gen: ChipGeneration = ChipGeneration.N3B3,
) -> None:
    """Choose a chip that is reached through the network; with the virtual chip this is noted in the environment alone.

    Parameters
    ----------
    host_address : str
        Name or address of its host.
    host_binary_path : str
        Path of the driver there.
    loihi_gen : ChipGeneration
        Generation of the chip.

    Raises
    ------
    ImportError
        Where no chip is to be found.
    ValueError
        When the host does not answer a ping; nobody asks for the virtual chip.
    """
    _need_chip()
    if not _chip.is_asked_for() and not slurm.try_run_command(["ping", host_address, "-c 1"]):
        raise ValueError(f"host_address: {host_address!r} does not answer a ping.")
    slurm.disable()
    os.environ["NXSDKHOST"] = host_address
    os.environ["HOST_BINARY"] = host_binary_path
    _choose("ETHERNET", loihi_gen)


def is_installed(module_name: str = "lava.utils.loihi2_profiler") -> bool:
    """Return whether a module can be imported; by default one of Lava's extension for hardware.

    Those of that extension (``loihi2_profiler``, ``ncproc_compiler``, ...) can where the virtual chip is asked for.

    Parameters
    ----------
    module_name : str
        Dotted name.
    """
    short = _chip.short_name(module_name)
    if short in _chip.MODULES:  # found by their own names, whether or not "lava" means this package
        module_name = _chip.OURS + short
    try:
        return importlib.util.find_spec(module_name) is not None
    except ModuleNotFoundError:  # a package above it does not exist
        return False


def placement(process: Any) -> Any:
    """Return where the program of a process is on virtual chips.

    Parameters
    ----------
    process : AbstractProcess
        Any of the connected processes, before or after the first run.

    Returns
    -------
    loihi_emu.mapping.Placement
        That of ``Loihi1HwCfg`` or ``Loihi2HwCfg`` if the program runs with one, else as :func:`place_process` makes it.

    Examples
    --------
    >>> from lava_api.proc.lif.process import LIF
    >>> placement(LIF(shape=(3,), name="cells"))
    <Placement of "cells" on Loihi 2: 3 neurons on 1 core of 1 chip, strategy 'greedy'>
    """
    found = None if process.runtime is None else process.runtime.placement
    return place_process(process) if found is None else found


def _need_chip() -> None:
    """Raise where no chip is to be found."""
    if not is_installed():
        raise ImportError(
            "no Loihi can be reached: Intel's extension for hardware is not installed. Run the program with"
            " Loihi1HwCfg or Loihi2HwCfg on the emulated chip; no host has to be chosen for it. With the environment"
            f" variable {_chip.VARIABLE}=1 this call does no harm."
        )


def _choose(name: str, generation: ChipGeneration) -> None:
    """Note the choice."""
    global host
    os.environ["LOIHI_GEN"] = generation.value
    host = name
