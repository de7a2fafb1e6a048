"""The records of a connection that learns, and of the table of its rule."""

import numpy as np

from loihi_emu.models.layout import PROJECTION, SOURCE
from loihi_emu.models.memory import Array, Description
from loihi_emu.models.records import NUMBER, Record, array, within

# One side of a connection, or those of its neurons low..low + n - 1 that a share has, of so many (size): neuron i of
# these is first + i * step of the source; its stamp is 1 + the step of its last spike in this epoch, 0 for none.
SIDE = Record(
    "Side",
    count=array("int64"),
    index=array("int32"),
    first=NUMBER,
    step=NUMBER,
    n=NUMBER,
    low=NUMBER,
    size=NUMBER,
    stamp=array("uint8"),
)

# A third factor: a node of so many neurons (size) from the first on in its source, and what it does to its trace.
FACTOR = SOURCE.extended("ThirdFactor", first=NUMBER, size=NUMBER, mode=NUMBER)
OWN, SPIKES, VALUES = 0, 1, 2  # driven by the neuron's own spikes, by another node's spikes, or set to its values

# A trace, or none: what it keeps of 4096 in a step, its impulse (whole and part of 256), and its course in the epoch.
TRACE = Record("Trace", now=array("int8"), keep=NUMBER, whole=NUMBER, part=NUMBER, history=array("int8"))
TRACE_COUNT = 5
X_TRACES = 2

# A factor of a product: a variable and its constant, or the sign of that.
TERM = Record("Factor", variable=NUMBER, constant=NUMBER, sign=NUMBER)
FACTOR_LIMIT = 8
X0, X1, X2, Y0, Y1, Y2, Y3, W, D, T = range(10)

# One product of the rule. pre and post are scratch for the parts that depend on one side only; synaptic: some factor is
# w, d or t; fused: how whole rows take the product in, 0 by itself, else in one pass with the load and the rounding;
# constant: of the factor w, for BY_WEIGHT.
PRODUCT = Record(
    "Product",
    target=NUMBER,
    gate=NUMBER,
    epochs=NUMBER,
    shift=NUMBER,
    mantissa=NUMBER,
    wide=NUMBER,
    active=NUMBER,
    pre=array("int32"),
    post=array("int32"),
    synaptic=NUMBER,
    count=NUMBER,
    fused=NUMBER,
    constant=NUMBER,
    factors=within(TERM, FACTOR_LIMIT),
)
GATE_X, GATE_Y, GATE_U = 0, 1, 2
BY_POST, BY_WEIGHT = 1, 2  # fused: scale times the postsynaptic part; scale times (w + constant)

# Random numbers of 16 bits for one target: one a neuron of each side.
RANDOM = Record("Random", pre=array("uint16"), post=array("uint16"))

LEARNING = Record(
    "Learning",
    pre=within(SIDE),
    post=within(SIDE),
    factors=within(FACTOR, 3),  # of y1, y2, y3
    traces=within(TRACE, TRACE_COUNT),  # x1, x2, y1, y2, y3
    epoch=NUMBER,  # steps
    enabled=NUMBER,
    seed=NUMBER,
    stream=NUMBER,
    sample=array("int64"),
    words_32=array("uint32"),  # scratch: one number for each neuron of the larger side, and for 3 before it
    random=within(RANDOM, 3),  # scratch, for w, d and t; there is room for 7 before the first
    codes=array("uint8"),  # the weights: w = (byte << unit) + low
    low=NUMBER,
    unit=NUMBER,
    dropped=NUMBER,  # low bits that weights do not have
    delays=array("uint8"),
    longest=NUMBER,
    tags=array("int16"),
    least=NUMBER,  # and most: of weights, in units of 1 << dropped
    most=NUMBER,
    stride=NUMBER,  # dense: from row to row
    rows=array("int64"),  # sparse: where rows start and end, and targets; none if dense
    ends=array("int64"),
    targets=array("int32"),
    columns=array("int64"),  # sparse: the same by target
    column_synapse=array("int32"),
    column_pre=array("int32"),
    product_count=NUMBER,
    products=array(PRODUCT),
    listed=array("int32"),  # scratch: indices of the targets that spiked
    moved=array("uint8"),  # scratch: a byte a source neuron
    sources=array("int32"),  # scratch: indices of sources
    scratch=NUMBER,  # SCRATCH_BYTES
    updates=array("int64"),  # counter of updated synapses
    saved=array("uint8"),  # scratch: a byte a target neuron
    listed_part=array("int32"),  # scratch: parts and random numbers of the listed targets
    listed_random=array("uint16"),
)

BLOCK = 2048
"""Synapses of a row that are updated in one go."""
SCRATCH_BYTES = BLOCK * (4 + 8 + 4 + 2 + 2 + 2 + 2)
"""Accumulators, wide products, gathered factors, gathered random numbers, and new values of w, d and t."""

FRACTION = 7
"""Bits of an accumulator below 1."""
ACCUMULATOR = (-(1 << 15), (1 << 15) - 1)
"""Accumulators hold 15 bits and sign."""
TAG = (-256, 255)

# Which random numbers: mixed into the seed.
KEY_X, KEY_Y, KEY_Y3, KEY_IMPULSE_X, KEY_IMPULSE_Y, KEY_PRE, KEY_POST = range(1, 8)  # the last two + 16 * target
KEY_TAP = 8  # of the shared weights of a convolution
KEY_FACTOR = 0x9E3779B97F4A7C15

# Delivery of plastic synapses: source neuron i is first + i * step of its source, target neuron k is accumulator
# target + k * target_step; a share has some of the targets. All synapses have one delay, or a byte each. Plain: whole
# dense rows with one delay, whose effective weights do not saturate; sums is scratch for these.
PLASTIC = PROJECTION.extended(
    "Plastic",
    first=NUMBER,
    step=NUMBER,
    sources=NUMBER,
    codes=array("uint8"),
    low=NUMBER,
    unit=NUMBER,
    exponent=NUMBER,
    stride=NUMBER,
    rows=array("int64"),
    ends=array("int64"),
    targets=array("int32"),
    target=NUMBER,
    target_step=NUMBER,
    width=NUMBER,
    delays=array("uint8"),
    delay=NUMBER,
    plain=NUMBER,
    sums=array("uint16"),
)


def list_columns(d: Description, rows: Array, targets: Array) -> None:
    """Give the description of a sparse connection its synapses by target: places, and sources, in ascending order."""
    n = int(d.post.n)
    d.columns = np.zeros(n + 1, np.int64)
    np.cumsum(np.bincount(targets, minlength=n), out=d.columns[1:])
    order = np.argsort(targets, kind="stable").astype(np.int32)
    sources = np.repeat(np.arange(len(rows) - 1, dtype=np.int32), np.diff(rows))
    d.column_synapse, d.column_pre = order, sources[order]
