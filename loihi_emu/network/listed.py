"""Synapses from lists, brought into rows by source neuron: sorted by counting, in as few bytes as they fit.

Long lists are read in pieces: beyond the user's arrays it takes what is kept, and some megabytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loihi_emu.errors import ValidationError, is_known, unknown
from loihi_emu.memory.room import room_for
from loihi_emu.numeric import ranged, whole
from loihi_emu.units import IN_STEPS

Array = NDArray[Any]

LATE = "A spike of step t arrives in step t + 1 + delay."
ORDERS = ("auto", "given", "sorted")
MOST_ORDERED = 1 << 22
"""Of longer lists the order given is kept only when asked for: it takes 4 bytes a synapse."""
LONG = 1 << 20
"""Lists from here on are sorted by compiled kernels, piece by piece; shorter ones by NumPy."""
PIECE = 1 << 20
BUILT = 12
"""Bytes a synapse that connecting takes at most, beside the lists."""


@dataclass(frozen=True)
class SortedSynapses:
    """Synapses by source neuron, then target, then as given.

    Attributes
    ----------
    indptr, indices : int64, uint16 or int32 arrays
    values, delays : arrays
        In `indices`' order; delays of shape () when one was given for all.
    order : int array or None
        Which synapse of the list each one is; None if the list was in this order, or its order was not kept.
    ordered : bool
        Whether synapses can be named in the order given.
    """

    indptr: NDArray[np.int64]
    indices: Array
    values: Array
    delays: Array
    order: Array | None
    ordered: bool


@dataclass(frozen=True)
class List:
    """One of the lists: what was given, its name for errors, and the check that makes numbers of it.

    Whole numbers in arrays need no check, unless `floats` are to become of them. Indices that count within `chosen`
    neurons become those of the whole population, a piece at a time.
    """

    name: str
    given: Array
    check: Callable[[Any], Array]
    floats: bool = False
    chosen: Array | None = None

    def of_population(self, part: Array) -> Array:
        """Indices, checked before, as those of the whole population."""
        return part if self.chosen is None else self.chosen[part]

    def piece(self, first: int, last: int) -> Array:
        """Checked numbers of synapses first..last - 1, of whatever type."""
        part = self.given[first:last]
        if part.dtype.kind in "iu" and part.dtype != np.uint64 and not self.floats:
            return part
        try:
            return self.check(part)
        except ValidationError:
            self.check(self.given)  # which says where in the whole list
            raise


def keeps_order(where: str, order: Any) -> str:
    """One of the ways to keep the order, or an error."""
    if not is_known(order, ORDERS):
        raise unknown("order", order, ORDERS, where=where)
    return str(order)


def index_type(size: int) -> Any:
    """Type of numbers below a size."""
    return np.uint16 if size <= 1 << 16 else np.int32


def value_type(low: float, high: float) -> Any:
    """The smallest type of the whole numbers low..high.

    Examples
    --------
    >>> [np.dtype(value_type(*ends)).name for ends in ((-3, 9), (0, 255), (-3, 255), (0, 1 << 20))]
    ['int8', 'uint8', 'int16', 'int64']
    """
    fitting = (
        kind for kind in (np.int8, np.uint8, np.int16) if np.iinfo(kind).min <= low <= high <= np.iinfo(kind).max
    )
    return next(fitting, np.int64)


def narrow(values: Array) -> Array:
    """Whole numbers in the smallest type that holds them; others as they are."""
    if values.dtype.kind not in "iu":
        return values
    kind = value_type(values.min(), values.max()) if values.size else np.int8
    return values.astype(kind, copy=False)


def rows(
    where: str, sizes: tuple[int, int], given: tuple[Array, Array, Array, Array],
    check: Callable[[Any], Array], floats: bool, most: int, order: str,
    chosen: tuple[Array | None, Array | None] = (None, None),
) -> SortedSynapses:  # fmt: skip
    """Rows from lists of equal length (values and steps may be one for all).

    Parameters
    ----------
    where : str
        For errors.
    sizes : (int, int)
        Neurons of `pre` and `post`.
    given : four arrays
        Pre indices, post indices, values and delays: numbers, not yet checked.
    check : function
        Of values: weights as the rules take them, or an error.
    floats : bool
        Whether the rules take float64.
    most : int
        Longest delay.
    order : {"auto", "given", "sorted"}
    chosen : two arrays or None
        Neurons of `pre` and `post` that indices count within; None: they are the population's.
    """
    before, after, values, steps = given
    lists = (
        List("pre indices", before, lambda part: whole(where, "pre indices", part), chosen=chosen[0]),
        List("post indices", after, lambda part: whole(where, "post indices", part), chosen=chosen[1]),
        List("weights", np.broadcast_to(values, before.shape), check, floats),
        List("delays", steps, lambda part: whole(where, "delays", part, IN_STEPS)),
    )
    count = len(before)
    if count >= LONG:
        room_for(where, {f"{count:,} synapses": BUILT * count})
        return _long(where, sizes, lists, most, order)
    return _short(where, sizes, lists, most, order)


def _checked(where: str, sizes: tuple[int, int], lists: tuple[List, ...], parts: list[Array], most: int) -> None:
    """Raise where numbers of a piece leave their range; the error tells where in the whole list."""
    for one, part, high in zip(
        (*lists[:2], lists[3]), (*parts[:2], parts[3]), (*map(_highest, lists[:2], sizes), most), strict=True
    ):
        if part.size and (part.min() < 0 or part.max() > high):
            advice = LATE if one.name == "delays" else ""
            ranged(where, one.name, one.given, 0, high, advice)


def _highest(one: List, size: int) -> int:
    """The last neuron that indices may name."""
    return (size if one.chosen is None else len(one.chosen)) - 1


# ------------------------------------------------------------ short lists, by NumPy
def _short(where: str, sizes: tuple[int, int], lists: tuple[List, ...], most: int, order: str) -> SortedSynapses:
    parts = [one.check(one.given) for one in lists]
    _checked(where, sizes, lists, parts, most)
    before, after = (one.of_population(part) for one, part in zip(lists[:2], parts[:2], strict=True))
    values, steps = parts[2:]
    indptr = np.zeros(sizes[0] + 1, np.int64)
    np.cumsum(np.bincount(before, minlength=sizes[0]), out=indptr[1:])
    index, values = after.astype(index_type(sizes[1])), narrow(np.array(values))
    steps = steps.astype(np.uint8) if steps.ndim else steps
    found = _order(before, after)
    if found is not None:
        index, values, steps = index[found], values[found], steps[found] if steps.ndim else steps
    kept = None if found is None or order == "sorted" else found.astype(np.int32)
    return SortedSynapses(indptr, index, values, steps, kept, True)


def _order(before: Array, after: Array) -> NDArray[np.int64] | None:
    """Stable order by (before, after), None if that is how they are; NumPy sorts 16-bit keys by radix."""
    rising = before[1:] > before[:-1]
    if np.all(rising | ((before[1:] == before[:-1]) & (after[1:] >= after[:-1]))):
        return None

    def stable(keys: Array) -> NDArray[np.int64]:
        if np.all(keys[1:] >= keys[:-1]):
            return np.arange(keys.size, dtype=np.int64)
        small = keys.max() < 1 << 16
        return np.argsort(keys.astype(np.uint16) if small else keys, kind="stable")

    order = stable(after)
    return order[stable(before[order])]


# ------------------------------------------------------------ long lists, by kernels
def _pieces(count: int) -> Iterator[tuple[int, int]]:
    return ((first, min(first + PIECE, count)) for first in range(0, count, PIECE))


def _long(where: str, sizes: tuple[int, int], lists: tuple[List, ...], most: int, order: str) -> SortedSynapses:
    from loihi_emu.network import list_kernels as k

    count, varied = len(lists[0].given), lists[3].given.ndim > 0
    one_delay = np.zeros((), np.int64) if varied else lists[3].check(lists[3].given)
    counts, last, rising = np.zeros(sizes[0], np.int64), np.array([0, -1], np.int64), True
    low: Any = 0
    high: Any = 0
    for first, end in _pieces(count):
        parts = [one.piece(first, end) if one.given.ndim else one_delay for one in lists]
        _checked(where, sizes, lists, parts, most)
        ends = (_index(one.of_population(part)) for one, part in zip(lists[:2], parts[:2], strict=True))
        rising &= bool(k.count_sources(*ends, counts, last))
        low, high = min(low, parts[2].min()), max(high, parts[2].max())
    indptr = np.zeros(sizes[0] + 1, np.int64)
    np.cumsum(counts, out=indptr[1:])
    kept = not rising and (order == "given" or (order == "auto" and count <= MOST_ORDERED))
    made = [
        np.empty(count, index_type(sizes[1])),
        np.empty(count, np.float64 if lists[2].floats else value_type(low, high)),
        *([np.empty(count, np.uint8)] if varied else []),
        *([np.empty(count, np.int32 if count < 1 << 31 else np.int64)] if kept else []),
    ]
    places, found = indptr[:-1].copy(), np.empty(PIECE, np.int64)
    for first, end in _pieces(count):
        sources = _index(lists[0].of_population(lists[0].piece(first, end)))
        to: Any = slice(first, end)
        if not rising:
            to = found[: end - first]
            k.destinations(sources, places, to)
        parts = [one.of_population(one.piece(first, end)) for one in lists[1 : 3 + varied]]
        parts += [np.arange(first, end)] if kept else []
        for array, part in zip(made, parts, strict=True):
            array[to] = part
    if not rising:
        sort_rows(indptr, made, sizes[1])
    delays = made[2] if varied else one_delay
    ordered = rising or kept or order == "sorted"
    return SortedSynapses(indptr, made[0], made[1], delays, made[-1] if kept else None, ordered)


def _index(part: Array) -> NDArray[np.int32]:
    return part.astype(np.int32)  # a copy: kernels are compiled for one type of array, which can be written to


def sort_rows(indptr: NDArray[np.int64], arrays: list[Array], targets: int) -> None:
    """Sort the synapses of each source by target, which the first array holds, a block of rows at a time."""
    from loihi_emu.network import list_kernels as k

    counts = np.zeros(targets + 1, np.int64)
    words = np.empty((2, max(targets // 4, 64)), np.uint64)
    first, sources = 0, len(indptr) - 1
    while first < sources:
        end = int(np.searchsorted(indptr, indptr[first] + PIECE, "right")) - 1
        end = min(max(end, first + 1), sources)
        begin, stop = int(indptr[first]), int(indptr[end])
        if stop > begin:
            order = np.empty(stop - begin, np.int32 if stop - begin < 1 << 31 else np.int64)
            k.order_rows(indptr[first : end + 1] - begin, _index(arrays[0][begin:stop]), counts, *words, order)
            for array in arrays:
                array[begin:stop] = array[begin:stop][order]
        first = end
