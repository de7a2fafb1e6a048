"""Where the cores of chips are drawn: cells of one grid, chip beside chip."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loihi_emu.mapping.model import tiles
from loihi_emu.plots._source import IntArray

GAP = 2
"""Cells between chips."""
ROOM = 3
"""Cells above a chip for its number, where numbers are drawn."""


@dataclass(frozen=True)
class Floor:
    """Cells of one chip.

    Attributes
    ----------
    x, y : int64 arrays
        Column and row of the cell of each core.
    width, height : int
    tile : int or None
        Columns and rows of cells that a tile has; None where a chip's tiles are unknown.
    """

    x: IntArray
    y: IntArray
    width: int
    height: int
    tile: int | None


def floor_of(chip: Any, cores: int) -> Floor:
    """The cells of a chip's cores: by tiles as they lie on the mesh, or row by row where that is unknown."""
    number = np.arange(cores)
    place = tiles(number.astype(np.int32), chip)
    if place is None:
        width = int(np.ceil(np.sqrt(2 * cores)))
        x, y, tile = number % width, number // width, None
    else:
        tile = int(np.ceil(np.sqrt(chip.cores_per_tile)))
        within = number % chip.cores_per_tile
        x, y = place[0] * tile + within % tile, place[1] * tile + within // tile
    return Floor(x.astype(np.int64), y.astype(np.int64), int(x.max()) + 1, int(y.max()) + 1, tile)


@dataclass(frozen=True)
class Grid:
    """Chips in rows.

    Attributes
    ----------
    floor : Floor
    left, top : int64 arrays
        First column and row of the cells of each chip.
    width, height : int
        Cells of the whole.
    """

    floor: Floor
    left: IntArray
    top: IntArray
    width: int
    height: int

    def filled(self, chip: NDArray[Any], core: NDArray[Any], values: NDArray[Any]) -> NDArray[np.float64]:
        """The grid with one value for each core given, and NaN elsewhere."""
        cells = np.full((self.height, self.width), np.nan)
        cells[self.top[chip] + self.floor.y[core], self.left[chip] + self.floor.x[core]] = values
        return cells


def grid_of(floor: Floor, chips: int, ratio: float, room: int) -> Grid:
    """As many chips a row as suit axes that are `ratio` times as wide as high, with `room` cells above each row."""
    best = (0.0, 1)
    for columns in range(1, chips + 1):
        wide = columns * (floor.width + GAP) - GAP
        high = -(-chips // columns) * (floor.height + max(GAP, room)) - max(GAP, room) + room
        cell = min(ratio / wide, 1.0 / high)
        best = max(best, (cell, -columns))
    columns = -best[1]
    number = np.arange(chips)
    left = number % columns * (floor.width + GAP)
    top = number // columns * (floor.height + max(GAP, room)) + room
    return Grid(floor, left, top, int(left.max()) + floor.width, int(top.max()) + floor.height)
