# mypy: allow-untyped-defs, allow-incomplete-defs
"""Each pair of neurons is connected with a probability of its own, independently."""

from loihi_emu.jit import entry
from loihi_emu.models.drawing.words import MEMBERS, one_of, words


@entry
def rows(key, limits, own, first, low, starts, found):
    """Targets of sources from `first` on whose word is below the limit of the pair: (sources, targets from low on)."""
    at = 0
    for row in range(limits.shape[0]):
        starts[row] = at
        four = words(key, MEMBERS, first + row, 0, low >> 2)
        for k in range(limits.shape[1]):
            target = low + k
            if target & 3 == 0:
                four = words(key, MEMBERS, first + row, 0, target >> 2)
            if one_of(four, target & 3) < limits[row, k] and target != own[first + row]:
                found[at] = target
                at += 1
    starts[limits.shape[0]] = at
    return at
