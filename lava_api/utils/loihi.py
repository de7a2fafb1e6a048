"""Where a program would run: asks for hardware, which there is none of here; and where it is on virtual chips.

:func:`is_installed` says False, so a program that asks takes its way for machines without a chip.
``Loihi1HwCfg`` and ``Loihi2HwCfg`` run on the emulated chip whatever it says. :func:`placement` and
:func:`place_process` (not in Lava) tell on which chip, core and compartment each neuron is.
"""

from __future__ import annotations

import enum
import importlib.util
import os
from pathlib import Path
from typing import Any

from lava_api.magma.compiler.placing import place_process
from lava_api.utils import slurm

__all__ = [
    "ChipGeneration", "host", "is_installed", "place_process", "placement", "use_ethernet_host", "use_slurm_host",
]  # fmt: skip

host: str | None = None
"""``"SLURM"`` or ``"ETHERNET"`` once one of them was chosen."""

OURS = Path(__file__).resolve().parents[1]


class ChipGeneration(enum.Enum):
    """Generations of chips."""

    N2A2 = "N2A2"
    N3B2 = "N3B2"
    N3B3 = "N3B3"
    N3C1 = "N3C1"
    N3D1 = "N3D1"


def use_slurm_host(
    partition: str | None = None, board: str | None = None, loihi_gen: ChipGeneration = ChipGeneration.N3B3
) -> None:
    """Choose chips that are reached through SLURM.

    Parameters
    ----------
    partition, board : str, optional
        One of them, for a choice of its own.
    loihi_gen : ChipGeneration
        Generation of the chip.

    Raises
    ------
    ImportError
        Without Intel's extension for hardware.
    ValueError
        When there is no SLURM, or no such board or partition.
    """
    _need_hardware()
    slurm.enable()
    slurm.set_board(board, partition)
    slurm.set_partition(partition)
    _choose("SLURM", loihi_gen)


def use_ethernet_host(
    host_address: str,
    host_binary_path: str = "nxcore/bin/nx_driver_server",
    loihi_gen: ChipGeneration = ChipGeneration.N3B3,
) -> None:
    """Choose a chip that is reached through the network.

    Parameters
    ----------
    host_address : str
        Name or address of its host; it is pinged once.
    host_binary_path : str
        Path of the driver there.
    loihi_gen : ChipGeneration
        Generation of the chip.

    Raises
    ------
    ImportError
        Without Intel's extension for hardware.
    ValueError
        When the host does not answer.
    """
    _need_hardware()
    if not slurm.try_run_command(["ping", host_address, "-c 1"]):
        raise ValueError(f"host_address: {host_address!r} does not answer a ping.")
    slurm.disable()
    os.environ["NXSDKHOST"] = host_address
    os.environ["HOST_BINARY"] = host_binary_path
    _choose("ETHERNET", loihi_gen)


def is_installed(module_name: str = "lava.utils.loihi2_profiler") -> bool:
    """Return whether a module can be imported; by default one of Intel's extension for hardware.

    The modules that stand in for that extension here (``loihi2_profiler``, ``ncproc_compiler``, ...) do not count.

    Parameters
    ----------
    module_name : str
        Dotted name.
    """
    try:
        spec = importlib.util.find_spec(module_name)
    except ModuleNotFoundError:  # a package above it does not exist
        return False
    if spec is None:
        return False
    return not _stands_in(str(getattr(spec, "origin", "")))


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


def _stands_in(origin: str) -> bool:
    """Return whether a file is one of those that Lava itself does not have."""
    try:
        path = Path(origin).resolve().relative_to(OURS)
    except ValueError:
        return False
    words = {part for piece in path.with_suffix("").parts for part in piece.split("_")}
    return bool(words & {"nc", "ncmodels", "ncmodel", "ncproc", "loihi2", "embedded"})


def _need_hardware() -> None:
    """Raise without Intel's extension."""
    if not is_installed():
        raise ImportError(
            "no Loihi can be reached: Intel's extension for hardware is not installed. Run the program with"
            " Loihi1HwCfg or Loihi2HwCfg on the emulated chip; no host has to be chosen for it."
        )


def _choose(name: str, generation: ChipGeneration) -> None:
    """Note the choice."""
    global host
    os.environ["LOIHI_GEN"] = generation.value
    host = name
