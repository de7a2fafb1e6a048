# mypy: allow-untyped-defs, allow-incomplete-defs
"""Delivery of spikes by synapses that learn as the peers' do: effective weights of 32 bits, one after the other."""

import numpy as np

from loihi_emu.jit import int32s, leaf, part, whole
from loihi_emu.models.layout import PROJECTION
from loihi_emu.models.records import NUMBER, array

i32 = np.int32
i64 = np.int64

DELIVERY = PROJECTION.extended(
    "PeerDelivery",
    rows=array("int64"),
    targets=array("int32"),
    active=array("int32"),
    first=NUMBER,
    step=NUMBER,
    sources=NUMBER,
    target=NUMBER,
    target_step=NUMBER,
    pending=array("uint8"),
    wait=NUMBER,
    pending_slots=NUMBER,
)


@leaf
def postpone(address, time):
    """Note this step's events until their delay is over."""
    d = DELIVERY(address)
    slot = (time + d.offset + d.wait) % d.pending_slots
    waiting = part(d.pending, slot * d.sources, d.sources)
    for k in range(d.count[0]):
        away = i64(d.index[k]) - d.first
        if away >= 0 and away % d.step == 0 and away // d.step < d.sources:
            waiting[away // d.step] += 1


@leaf
def deliver(address, time):
    """Deliver this step's events with the effective weights of now."""
    d = DELIVERY(address)
    count = d.count[0]
    index = whole(d.index, count)
    graded = d.graded != 0 and bool(d.payload)
    payload = whole(d.payload if graded else d.index, count)
    slot = (time + d.offset) % d.slots
    q = int32s(d.ring + 4 * slot * d.n, d.n)
    starts, target, active = d.rows, d.targets, d.active
    events = 0
    for k in range(count):
        away = i64(index[k]) - d.first
        if away < 0 or away % d.step != 0 or away // d.step >= d.sources:
            continue
        j = away // d.step
        for s in range(starts[j], starts[j + 1]):
            place = d.target + i64(target[s]) * d.target_step
            q[place] = i32(q[place] + i32(active[s] * (payload[k] if graded else i32(1))))
        events += starts[j + 1] - starts[j]
    d.events[0] += events
