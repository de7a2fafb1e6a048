"""Boards and partitions of a SLURM cluster: read from ``sinfo``, chosen through environment variables.

The emulator needs none of it; the module serves programs that choose a board before they run.
"""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass, fields
from typing import Any

ON, OFF = "SLURM", "NOSLURM"
TIMEOUT = 1.0
"""Seconds that a command may take."""
BOARD_COLUMNS = (0, 2, 3)
"""Columns of ``sinfo -N`` with node, partition and state."""


@dataclass
class PartitionInfo:
    """A line of ``sinfo``."""

    name: str = ""
    available: str = ""
    timelimit: str = ""
    nodes: str = ""
    state: str = ""
    nodelist: str = ""


@dataclass
class BoardInfo:
    """A line of ``sinfo -N``."""

    nodename: str = ""
    partition: str = ""
    state: str = ""


def is_available() -> bool:
    """Return whether there is a SLURM controller."""
    return bool(try_run_command(["sinfo"]))


def enable() -> None:
    """Ask for SLURM.

    Raises
    ------
    ValueError
        When there is no SLURM controller.
    """
    if not is_available():
        raise ValueError("SLURM: no controller answers (sinfo fails). Leave SLURM disabled to run on this machine.")
    os.environ[ON] = "1"
    os.environ.pop(OFF, None)


def disable() -> None:
    """Ask for no SLURM."""
    os.environ.pop(ON, None)
    os.environ[OFF] = "1"


def set_board(board: str | None, partition: str | None = None) -> None:
    """Choose a board, or none.

    Parameters
    ----------
    board : str or None
        Name of the node; None forgets the choice.
    partition : str, optional
        Partition that the board must belong to.

    Raises
    ------
    ValueError
        When the board does not exist, is down or in another partition.
    """
    if board is None:
        os.environ.pop("BOARD", None)
        return
    info = get_board_info(board)
    if info is None or "down" in info.state:
        raise ValueError(f"SLURM: board {board!r} does not exist or is down. The command sinfo -N lists all.")
    if partition and partition != info.partition:
        raise ValueError(
            f"SLURM: board {board!r} is in partition {info.partition!r}, not in {partition!r}."
            " Name the board or the partition alone."
        )
    os.environ["BOARD"] = board


def set_partition(partition: str | None) -> None:
    """Choose a partition, or none.

    Parameters
    ----------
    partition : str or None
        Its name; None forgets the choice.

    Raises
    ------
    ValueError
        When the partition does not exist or is down.
    """
    if partition is None:
        os.environ.pop("PARTITION", None)
        return
    info = get_partition_info(partition)
    if info is None or "down" in info.state:
        raise ValueError(f"SLURM: partition {partition!r} does not exist or is down. The command sinfo lists all.")
    os.environ["PARTITION"] = partition


def note(board: str | None, partition: str | None) -> None:
    """Note a choice in the environment without asking a controller; None forgets one.

    Parameters
    ----------
    board, partition : str or None
        Names, of boards such as ``"kapoho_point"`` if they are to count.
    """
    for variable, name in ((ON, "1"), ("BOARD", board), ("PARTITION", partition)):
        if name is None:
            os.environ.pop(variable, None)
        else:
            os.environ[variable] = name
    os.environ.pop(OFF, None)


def partition() -> str:
    """Return the partition chosen, ``"Unspecified"`` when there is none."""
    return os.environ.get("PARTITION", "Unspecified")


def get_partitions() -> list[PartitionInfo]:
    """Return all partitions; none without SLURM."""
    rows = _table(["sinfo"])
    return [PartitionInfo(*row[: len(fields(PartitionInfo))]) for row in rows]


def get_partition_info(partition_name: str) -> PartitionInfo | None:
    """Return a partition by its name, None when there is none."""
    return next((info for info in get_partitions() if info.name == partition_name), None)


def get_boards() -> list[BoardInfo]:
    """Return all boards; none without SLURM."""
    rows = _table(["sinfo", "-N"])
    return [BoardInfo(*(row[k] for k in BOARD_COLUMNS)) for row in rows if len(row) > max(BOARD_COLUMNS)]


def get_board_info(nodename: str) -> BoardInfo | None:
    """Return a board by its name, None when there is none."""
    return next((info for info in get_boards() if info.nodename == nodename), None)


def try_run_command(command: list[str]) -> list[str]:
    """Run a command and return its output, line by line; nothing when it fails or does not exist.

    Parameters
    ----------
    command : list of str
        Program and arguments.
    """
    options: dict[str, Any] = {"capture_output": True, "check": True, "timeout": TIMEOUT, "text": True}
    try:
        return str(subprocess.run(command, **options).stdout).split("\n")
    except (subprocess.SubprocessError, OSError):
        return []


def _table(command: list[str]) -> list[list[str]]:
    """Return the words of each line below the header that a command prints."""
    if not is_available():
        return []
    return [line.split() for line in try_run_command(command)[1:] if line.strip()]
