"""Sources of spikes from outside: lists of events, and seeded Poisson processes."""

import numpy as np

from loihi_emu.jit import int32s, int64s, leaf, uint32s, uint64s
from loihi_emu.models import layout as at
from loihi_emu.philox import fill

# Event lists: source fields, then
E_TIMES = 3  # address of the event times, int64, ascending
E_INDEX = 4  # address of their neurons, int32
E_PAYLOAD = 5  # address of their payloads, int32, or 0
E_TOTAL = 6  # number of events
E_CURSOR = 7  # address of the position of the next event, int64
E_COUNTER = 8  # address of the counter of events, int64
EVENT_WORDS = 9

# Poisson sources: source fields, then
R_N = 3
R_LIMIT = 4  # address of the thresholds, uint64: an event where the 32-bit random number is below
R_DRAWS = 5  # address of scratch, uint32
R_SEED = 6
R_STREAM = 7
R_SAMPLE = 8  # address of the number of the sample, int64
R_COUNTER = 9
POISSON_WORDS = 10


@leaf
def events(address, time):
    """Copy this step's events to the source's list."""
    d = int64s(address, EVENT_WORDS)
    cursor = int64s(d[E_CURSOR], 1)
    total = d[E_TOTAL]
    times = int64s(d[E_TIMES], total)
    position = cursor[0]
    while position < total and times[position] < time:
        position += 1
    first = position
    while position < total and times[position] == time:
        position += 1
    cursor[0] = position
    count = position - first
    int64s(d[at.S_COUNT], 1)[0] = count
    int64s(d[E_COUNTER], 1)[0] += count
    index, listed = int32s(d[at.S_INDEX], count), int32s(d[E_INDEX] + 4 * first, count)
    for k in range(count):
        index[k] = listed[k]
    if d[at.S_PAYLOAD]:
        payload, given = int32s(d[at.S_PAYLOAD], count), int32s(d[E_PAYLOAD] + 4 * first, count)
        for k in range(count):
            payload[k] = given[k]


@leaf
def poisson(address, time):
    """Draw one number per neuron and list those below their thresholds (rate times 2^32)."""
    d = int64s(address, POISSON_WORDS)
    n = d[R_N]
    draws = uint32s(d[R_DRAWS], n)
    sample = int64s(d[R_SAMPLE], 1)[0]
    fill(draws, np.uint64(d[R_SEED]), np.uint64(d[R_STREAM]), np.uint64(sample), np.uint64(time))
    limit = uint64s(d[R_LIMIT], n)
    index = int32s(d[at.S_INDEX], n)
    count = 0
    for i in range(n):
        if np.uint64(draws[i]) < limit[i]:
            index[count] = i
            count += 1
    int64s(d[at.S_COUNT], 1)[0] = count
    int64s(d[R_COUNTER], 1)[0] += count
