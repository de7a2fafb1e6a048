"""Where things stand in the description of a connection that learns by Lava's rules in integers."""

from loihi_emu.models import layout as at

PRE_COUNT, PRE_INDEX = at.S_COUNT, at.S_INDEX  # events of the sources
PAYLOADS = 2  # address of their message, int32 (or int64, WIDE); 0: every event counts as 1
WIDE = 3
POST_COUNT, POST_INDEX = 4, 5  # addresses of number and indices of the targets' events
Y_IN = 6  # addresses of three int32 messages that replace y1, y2, y3 in every step; 0: traces follow from spikes
N_PRE, N_POST = 9, 10
EPOCH = 11  # steps of an epoch
GRADED = 12  # what payloads do to x1, see below
TX, X0, X1 = 13, 14, 15  # addresses: step of the last spike in this epoch (int64), whether (uint8), x1 and x2 (int64)
TY, Y0, Y1 = 17, 18, 19  # the same of the targets, with y1, y2, y3
X_WHOLE, X_FRACTION, X_FACTOR = 22, 23, 24  # addresses of two impulses (int64, int64) and decay factors (float64)
Y_WHOLE, Y_FRACTION, Y_FACTOR = 25, 26, 27  # of three
X_DECAY, X_IMPULSE, Y_DECAY, Y_IMPULSE = 28, 29, 30, 31  # addresses of random numbers: float64, int64
FIRST = 32  # step (from 0) of the first random number there; two numbers a step
SYNAPSE, FIRST_EPOCH = 33, 34  # address of random numbers of the synapses, one an epoch; epoch (from 0) of the first
X_COURSE, Y_COURSE = 35, 36  # addresses of int32, EPOCH + 1 x traces x neurons
VALUES = 37  # addresses of int32 weights, tag_2 and tag_1, row by row of their source
STARTS, TARGETS = 40, 41  # of a sparse connection: address of int64 row starts, of int32 targets; 0: rows of N_POST
PRODUCTS, COUNT = 42, 43  # address of the table of products, PRODUCT_WORDS each; how many
TERMS = 44  # address of the table of their factors, TERM_WORDS each
CHANGED = 45  # bits: which of VALUES have products
DECIMATE = 46  # k of uk, -1 without
SIGN = 47  # signs of weights, see below
EVERY = 48  # address of a number: 1 when all synapses are to be settled, whether they change or not
SCRATCH = 49  # address of SCRATCH_ROWS x (targets of the longest row) int32
WIDTH = 50  # targets of the longest row
MIRROR = 51  # address of the model's weights (int32, N_POST x N_PRE) that follow; 0: they are written back when read
SCALES, CONSTS = 52, 53  # in floating point: addresses of float64 constants, of each product and of each factor
LEARNING_WORDS = 54

REGULAR, OVERWRITE, ADD_SATURATING, ADD_WRAPPING = range(4)
MIXED, EXCITATORY, INHIBITORY = range(3)

# A product.
TARGET = 0  # 0 weights, 1 tag_2, 2 tag_1
DEPENDENCY = 1
MANTISSA, EXPONENT, SHIFT = 2, 3, 4
FIRST_TERM, TERM_COUNT = 5, 6
PRODUCT_WORDS = 7
BY_X0, BY_Y0, BY_U = range(3)

# A factor: (variable + CONST / 2^BITS), cut off towards 0, or its sign, limited to LOW..HIGH.
VARIABLE, CONST, IS_SIGN, LOW, HIGH, BITS = range(6)
TERM_WORDS = 6
V_CONST, V_X0, V_Y0, V_X1, V_X2, V_Y1, V_Y2, V_Y3, V_WEIGHT, V_TAG_2, V_TAG_1 = range(11)

ROW_VALUES, ROW_NEW, ROW_PRODUCT, ROW_FACTOR, ROW_PLACES, ROW_TARGETS = 0, 3, 6, 7, 8, 9
SCRATCH_ROWS = 10
