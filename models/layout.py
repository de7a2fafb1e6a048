"""Records that many leaves share: a source of spikes, a group of neurons, a projection; and the constants of groups.

A parameter that is the same for all neurons is one block of equal numbers: the same loop serves scalars and per-neuron
values, and the block stays in the first-level cache.
"""

from loihi_emu.models.records import NUMBER, Record, array, parameter

BLOCK = 1024
"""Neurons updated in one go: the mask, the parameters and the state of a block fit in a 32 KiB cache."""

SCRATCH = 22 * BLOCK
"""Scratch of a group: a block's mask, two of 32-bit parameters, one of zero bytes, three of 32-bit numbers."""

# Every source of spikes (a population group, an input): this step's spikes. Their indices ascend; without payloads
# all are 1.
SOURCE = Record("Source", count=array("int64"), index=array("int32"), payload=array("int32"))

# A group of neurons, or a part of one: the mask's scratch has SCRATCH bytes, of which the first BLOCK are the mask; the
# ring has slots of so many accumulators of arriving weights (width: those of all ports of the whole group), and is a
# block of zeros without inputs (slots 0); paths says of each block which way its leaf goes in the next step (0: the
# fast one, where nothing can overflow); bounds are the populations' first neurons and the end; counters are populations
# x COUNTERS. A group that is a process of a Lava program also sends a message: one element a neuron, or 0 when nobody
# reads it as an array.
GROUP = SOURCE.extended(
    "Group",
    n=NUMBER,
    mask=NUMBER,
    ring=NUMBER,
    slots=NUMBER,
    width=NUMBER,
    paths=array("uint8"),
    bounds=array("int64"),
    populations=NUMBER,
    counters=array("int64"),
    flags=NUMBER,
    message=NUMBER,
)

# Flags of a group.
REFRACTORY = 1  # some refractory period is longer than one step
CHECKED_ONLY = 2  # strong noise or a large bias: no block takes the fast path, without checks
FULL_UNITS = 4  # accumulators hold q itself, not q / 64 (with CHECKED_ONLY alone)
MESSAGE = 8  # the ring is a message of one slot, which others may read too: it is not cleared
RESETS = 16  # state is set to 0 at an interval
FULL = 32  # biases and thresholds are read in 32 bits
LIMITED = 64  # v has limits of its own: the fast path clips it
SHIFT = 8  # from this bit on: the left shift of the group's 16-bit biases

# Columns of the counters.
SPIKES = 0
Q_OVERFLOW = 1
U_OVERFLOW = 2
X_OVERFLOW = 3
V_SATURATION = 4
COUNTERS = 5

# Bits of the mask that a block's update writes.
SPIKED = 1
NEGATIVE = 2
Q_BIT = 4
U_BIT = 8
X_BIT = 16
V_BIT = 32

# A projection: the source, then the target's ring of slots x n accumulators. With offset 0 an event of this step
# arrives in this step, with 1 in the next; the payload multiplies the weight where graded is 1.
PROJECTION = SOURCE.extended(
    "Projection", ring=NUMBER, slots=NUMBER, n=NUMBER, offset=NUMBER, events=array("int64"), graded=NUMBER
)

CHUNK = 1 << 16
"""Targets that one 16-bit synapse index reaches."""


ONE_PORT = ("a_in",)
"""The port of a model that has one."""


def valued(record: Record) -> Record:
    """The same record of a source, or of what reads one, for payloads of float64."""
    return Record(f"{record.name}Valued", **{**record.fields, "payload": array("float64")})


VALUED_SOURCE = valued(SOURCE)


class NeuronRecord(Record):
    """The record of a group of neurons of one model, which also knows its ports."""

    ports: tuple[str, ...] = ONE_PORT


def neurons(
    name: str,
    state: dict[str, str],
    parameters: dict[str, str],
    accumulator: str = "int32",
    ports: tuple[str, ...] = ONE_PORT,
    payload: str = "int32",
) -> NeuronRecord:
    """A group of neurons of one model: GROUP's fields, with a ring of accumulators of a type, and these.

    With several ports a slot of the ring has n accumulators for each, one port after the other; each port has a field
    of its name, the address of its accumulators in slot 0. In a Lava program, where the ring has one slot, these are
    the messages that arrive.

    Parameters
    ----------
    name : str
    state : dict
        State variables and their dtypes.
    parameters : dict
        Parameters as the kernel reads them, and their dtypes.
    accumulator : str
        dtype of the sums of arriving weights.
    ports : tuple of str
        Where synapses can arrive.
    payload : str
        dtype of the values that spikes carry.
    """
    both = state.keys() & parameters.keys()
    assert not both, f"{name}: {both} are state and parameters"
    fields = {k: array(v) for k, v in state.items()} | {k: parameter(v) for k, v in parameters.items()}
    if len(ports) > 1:
        assert ONE_PORT[0] not in ports, f"{name}: {ONE_PORT[0]} is what a single port is called"
        fields |= {k: array(accumulator) for k in ports}
    taken = GROUP.fields.keys() & fields.keys()
    assert not taken, f"{name}: {taken} are fields of every group"
    made = NeuronRecord(name, **{**GROUP.fields, "payload": array(payload), "ring": array(accumulator), **fields})
    made.ports = ports
    return made
