"""Where things stand in the description of a connection that learns, and in the table of its rule."""

# A side: the presynaptic neurons from PRE on, the postsynaptic ones from POST on.
SIDE_COUNT, SIDE_INDEX = 0, 1  # addresses of the spikes of the source, as in every description of a source
SIDE_FIRST, SIDE_STEP, SIDE_N = 2, 3, 4  # neuron i of the side is FIRST + i * STEP of the source
SIDE_STAMP = 5  # address of one byte a neuron: 1 + the step of its last spike within this epoch, 0 for none
SIDE_WORDS = 6
PRE = 0
POST = SIDE_WORDS

# Third factors, one for each of y1, y2, y3.
FACTORS = 2 * SIDE_WORDS
F_COUNT, F_INDEX, F_PAYLOAD, F_FIRST, F_SIZE, F_MODE, FACTOR_WORDS = range(7)
OWN, SPIKES, VALUES = 0, 1, 2  # driven by the neuron's own spikes, by another node's spikes, or set to its values

# Traces x1, x2, y1, y2, y3.
TRACES = FACTORS + 3 * FACTOR_WORDS
T_NOW, T_KEEP, T_WHOLE, T_PART, T_HISTORY, TRACE_WORDS = range(6)  # T_NOW 0: there is no such trace
TRACE_COUNT = 5
X_TRACES = 2

_NEXT = TRACES + TRACE_COUNT * TRACE_WORDS
EPOCH = _NEXT  # steps
ENABLED = _NEXT + 1
SEED, STREAM, SAMPLE = _NEXT + 2, _NEXT + 3, _NEXT + 4  # SAMPLE is an address
WORDS_32 = _NEXT + 5  # address of scratch: one 32-bit number for each neuron of the larger side
RANDOM_PRE = _NEXT + 6  # addresses of 16-bit numbers of the presynaptic neurons, one for each of w, d and t
RANDOM_POST = _NEXT + 9
CODES = _NEXT + 12  # address of the weights: w = (byte << UNIT) + LOW
LOW, UNIT = _NEXT + 13, _NEXT + 14
DROPPED = _NEXT + 15  # low bits that weights do not have
DELAYS, LONGEST = _NEXT + 16, _NEXT + 17  # address of one byte a synapse, or 0
TAGS = _NEXT + 18  # address of 16-bit numbers, or 0
W_LEAST, W_MOST = _NEXT + 19, _NEXT + 20  # in units of 1 << DROPPED
ROWS, TARGETS = _NEXT + 21, _NEXT + 22  # sparse: addresses of row starts and of targets; 0 if dense
COLUMNS, COLUMN_SYNAPSE, COLUMN_PRE = _NEXT + 23, _NEXT + 24, _NEXT + 25  # sparse: the same by target
PRODUCTS, TABLE = _NEXT + 26, _NEXT + 27  # number, and address of PRODUCT_WORDS words each
LISTED = _NEXT + 28  # address of scratch: indices of the targets that spiked, int32
MOVED = _NEXT + 29  # address of scratch: one byte a source neuron
SCRATCH = _NEXT + 30  # address of scratch, see SCRATCH_BYTES
UPDATES = _NEXT + 31  # address of the counter of updated synapses, int64
SAVED = _NEXT + 32  # address of scratch: one byte a target neuron
LISTED_PART = _NEXT + 33  # addresses of scratch: parts (int32) and random numbers (16 bits) of the listed targets
LISTED_RANDOM = _NEXT + 34
LEARN_WORDS = _NEXT + 35

BLOCK = 2048
"""Synapses of a row that are updated in one go."""
SCRATCH_BYTES = BLOCK * (4 + 8 + 4 + 2 + 2 + 2 + 2)
"""Accumulators, wide products, gathered factors, gathered random numbers, and new values of w, d and t."""

# One product of the rule.
Q_TARGET, Q_GATE, Q_EPOCHS, Q_SHIFT, Q_MANTISSA, Q_WIDE, Q_ACTIVE = range(7)
Q_PRE, Q_POST = 7, 8  # addresses of the parts that depend on one side only, int32
Q_SYNAPTIC = 9  # whether some factor is w, d or t
Q_COUNT = 10
Q_FUSED = 11  # how whole rows take the product in: 0 by itself, else in one pass with the load and the rounding
Q_CONSTANT = 12  # of the factor w, for BY_WEIGHT
Q_FIRST = 13  # factors: variable, constant, whether its sign is taken
FACTOR_LIMIT = 8
PRODUCT_WORDS = Q_FIRST + 3 * FACTOR_LIMIT
GATE_X, GATE_Y, GATE_U = 0, 1, 2
BY_POST, BY_WEIGHT = 1, 2  # Q_FUSED: scale times the postsynaptic part; scale times (w + constant)
X0, X1, X2, Y0, Y1, Y2, Y3, W, D, T = range(10)

FRACTION = 7
"""Bits of an accumulator below 1."""
ACCUMULATOR = (-(1 << 15), (1 << 15) - 1)
"""Accumulators hold 15 bits and sign."""
TAG = (-256, 255)

# Which random numbers: mixed into the seed.
KEY_X, KEY_Y, KEY_Y3, KEY_IMPULSE_X, KEY_IMPULSE_Y, KEY_PRE, KEY_POST = range(1, 8)  # the last two + 16 * target
KEY_TAP = 8  # of the shared weights of a convolution
KEY_FACTOR = 0x9E3779B97F4A7C15

# Delivery of plastic synapses: the fields of a projection, then these.
D_FIRST, D_STEP, D_N, D_CODES, D_LOW, D_UNIT, D_EXPONENT, D_ROWS, D_TARGETS, D_TARGET, D_TARGET_STEP = range(9, 20)
D_WIDTH, D_DELAYS, D_DELAY, D_PLAIN, D_SUMS = range(20, 25)
DELIVER_WORDS = 25
