"""The description that all connections share: events in, sums out."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from lava_api.magma.kernels.messages import Feed
from loihi_emu.models.memory import WordRow as Description


def describe_sums(at: ModuleType, words: int, feed: Feed, out: Any, events: Any, *, graded: bool) -> Description:
    """Return the description of a leaf that sums up the weights of events.

    Parameters
    ----------
    at : module
        Of the leaf, with the words PAYLOADS, N, OUT and EVENTS.
    words : int
        Length of the description.
    feed : Feed
        What arrives.
    out : ndarray
        The sums.
    events : ndarray
        Counter of synaptic events.
    graded : bool
        Whether events carry payloads.
    """
    d = Description(words)
    feed.lists.describe(d)
    d.point(at.PAYLOADS, feed.data if graded else None)
    d.words[at.N] = out.size
    d.point(at.OUT, out)
    d.point(at.EVENTS, events)
    return d
