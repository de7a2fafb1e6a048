"""The records of a connection that learns by Lava's rules, in integers or in float64."""

from __future__ import annotations

import numpy as np

from loihi_emu.models.memory import Array, Description, aligned
from loihi_emu.models.plasticity.learning_layout import list_columns
from loihi_emu.models.records import NUMBER, Record, array, within

# A generator (models.lava.pcg64): state and increment, four words each, the lowest first.
GENERATOR = Record("Pcg64", state=array("uint32"), increment=array("uint32"))

# A third factor of a network: a node of so many neurons (size, 0 for none) from the first on in its source. Payloads
# are int32, or float64 where valued is 1; without them all are 1.
FACTOR = Record(
    "LavaThirdFactor",
    count=array("int64"),
    index=array("int32"),
    payload=NUMBER,
    valued=NUMBER,
    first=NUMBER,
    size=NUMBER,
)

# A trace of all neurons of a side, int64 or float64, and what replaces it in every step: a message of a Lava program,
# or a third factor of a network.
TRACE = Record("LavaTrace", now=NUMBER, received=NUMBER, factor=within(FACTOR))

# A side, or its neurons low..low + n - 1 of so many (size): neuron i of these is first + i * step of the source.
SIDE = Record(
    "LavaSide",
    count=array("int64"),  # events of this step
    index=array("int32"),
    first=NUMBER,
    step=NUMBER,
    n=NUMBER,
    low=NUMBER,
    size=NUMBER,
    spiked_at=array("int64"),  # step of the last spike in this epoch
    spiked=array("uint8"),
    traces=within(TRACE, 3),  # x1 and x2, or y1, y2 and y3
    whole=NUMBER,  # impulses, int64 or float64
    fraction=array("int64"),
    factor=array("float64"),  # of decay
    decays=within(GENERATOR),
    impulses=within(GENERATOR),
    drawn=array("float64"),  # random numbers of this step: of decay, in [0, 1), and of impulses, in 0..127
    course=NUMBER,  # int32 or float64, epoch + 1 x traces x size
)

# Weights, tag_2 or tag_1, int32 or float64, row by row of their source; 0: there is none, and no rule reads it.
VARIABLE = Record("LavaSynapticVariable", values=NUMBER)

# A product: of weights (0), tag_2 (1) or tag_1 (2).
PRODUCT = Record(
    "LavaProduct",
    target=NUMBER,
    dependency=NUMBER,
    mantissa=NUMBER,
    exponent=NUMBER,
    shift=NUMBER,
    first_term=NUMBER,
    term_count=NUMBER,
)
BY_X0, BY_Y0, BY_U = range(3)

# A factor: (variable + const / 2^bits), cut off towards 0, or its sign, limited to low..high.
TERM = Record("LavaFactor", variable=NUMBER, const=NUMBER, is_sign=NUMBER, low=NUMBER, high=NUMBER, bits=NUMBER)
V_CONST, V_X0, V_Y0, V_X1, V_X2, V_Y1, V_Y2, V_Y3, V_WEIGHT, V_TAG_2, V_TAG_1 = range(11)

LEARNING = Record(
    "LavaLearning",
    pre=within(SIDE),
    post=within(SIDE),
    payloads=NUMBER,  # message of the sources, int32 (int64: wide) or float64; 0: every event counts as 1
    wide=NUMBER,
    start=NUMBER,  # number of Lava's first step: 0 in a program, 1 in a network, whose step 0 ends an epoch of its own
    epoch=NUMBER,  # steps
    divided=NUMBER,  # 1: several parts share the sources, and each advances the traces of some
    enabled=NUMBER,  # 0: traces go on, synapses stay as they are
    graded=NUMBER,  # what payloads do to x1, see below
    roundings=within(GENERATOR),  # of the synapses, one an epoch
    variables=within(VARIABLE, 3),
    stride=NUMBER,  # of a dense connection: from row to row
    starts=array("int64"),  # of a sparse connection: row starts and targets; else rows of all targets
    targets=array("int32"),
    columns=array("int64"),  # the same by target
    column_synapse=array("int32"),
    column_pre=array("int32"),
    product_count=NUMBER,
    products=array(PRODUCT),
    terms=array(TERM),
    changed=NUMBER,  # bits: which variables have products
    decimate=NUMBER,  # k of uk, -1 without
    sign=NUMBER,  # signs of weights, see below
    every=array("int64"),  # 1 when all synapses are to be settled, whether they change or not
    scratch=NUMBER,  # SCRATCH_ROWS x width of 64 bits
    width=NUMBER,  # synapses that are changed together at the most
    spiked=NUMBER,  # room for a list of targets, int64
    mirror=NUMBER,  # the model's weights (targets x sources) that follow; 0: they are written back when read
    scales=array("float64"),  # in floating point: constants, of each product and of each factor
    consts=array("float64"),
)

REGULAR, OVERWRITE, ADD_SATURATING, ADD_WRAPPING = range(4)
MIXED, EXCITATORY, INHIBITORY = range(3)

ROW_VALUES, ROW_NEW, ROW_PRODUCT, ROW_FACTOR, ROW_SOURCES, ROW_TARGETS, ROW_PLACES = 0, 3, 6, 7, 8, 9, 10
SCRATCH_ROWS = 11
SOURCES = 256
"""Sources whose synapses with one target are changed together."""


def lay_out(d: Description, starts: Array | None, targets: Array | None) -> None:
    """Give a description its synapses' places (None: each source has one with each target) and scratch."""
    longest = int(d.post.n)
    if starts is not None and targets is not None:
        longest = max(int(np.diff(starts).max(initial=0)), int(np.bincount(targets).max(initial=0)))
        d.starts, d.targets = starts, targets
        list_columns(d, starts, targets)
    d.width = max(longest, SOURCES)
    d.scratch = aligned(SCRATCH_ROWS * d.width, np.int64)
    d.spiked = aligned(max(d.post.n, 1), np.int64)


def words(number: int) -> Array:
    """State or increment of a generator, 128 bits, as its record points to it: words of 32 bits, the lowest first."""
    return np.array([number >> 32 * k & 0xFFFFFFFF for k in range(4)], np.uint32)
