"""The description that all connections share: events in, sums out."""

from __future__ import annotations

from typing import Any

from lava_api.magma.kernels.messages import Feed
from loihi_emu.models.memory import Description
from loihi_emu.models.records import Record


def describe_sums(record: Record, feed: Feed, out: Any, events: Any, *, graded: bool) -> Description:
    """Return the description of a leaf that sums up the weights of events.

    Parameters
    ----------
    record : Record
        One that begins as :data:`loihi_emu.models.lava.dense.SUMMING`.
    feed : Feed
        What arrives.
    out : ndarray
        The sums.
    events : ndarray
        Counter of synaptic events.
    graded : bool
        Whether events carry payloads.
    """
    assert feed.lists is not None
    d = Description(record)
    d.count, d.index, d.payloads = feed.lists.count, feed.lists.index, feed.data if graded else None
    d.n, d.out, d.events = out.size, out, events
    return d
