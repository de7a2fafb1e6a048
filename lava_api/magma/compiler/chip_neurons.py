"""Which processes of a program are neurons on a chip, and what neurons of each share there."""

from __future__ import annotations

from math import prod
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from lava_api.magma.compiler.process_graph import LeafProcess
from loihi_emu.chips.chip import LOIHI1, Chip
from loihi_emu.errors import MappingError
from loihi_emu.mapping.checks import field_advice
from loihi_emu.network.elements import Population

if TYPE_CHECKING:
    from lava_api.magma.core.process.process import AbstractProcess

LIBRARY = "lava_api."
"""Where the models of neurons and synapses on a chip are from; all other models run beside it."""
LIF = "lava_api.proc.lif.process.AbstractLIF"
NEURONS = (
    LIF,
    "lava_api.magma.core.model.nc.ucode.Programmed",
    "lava_api.proc.atrlif.process.ATRLIF",
    "lava_api.proc.graded.process.GradedVec",
    "lava_api.proc.graded.process.InvSqrt",
    "lava_api.proc.graded.process.NormVecDelay",
    "lava_api.proc.prodneuron.process.ProdNeuron",
    "lava_api.proc.resfire.process.RFZero",
    "lava_api.proc.rf.process.RF",
    "lava_api.proc.s4d.process.S4d",
    "lava_api.proc.sdn.process.Delta",
    "lava_api.proc.sdn.process.Sigma",
    "lava_api.proc.sdn.process.SigmaDelta",
    "lava_api.proc.spiker.process.Spiker",
    "lava_api.proc.spiker.process.Spiker32bit",
)
"""Processes that are neurons, with those derived from them: each element is a compartment."""
PARAMETERS = ("du", "dv", "vth", "vth_hi", "vth_lo", "bias_mant", "bias_exp")
"""What LIF neurons have."""
FIELDS = {"du": (-1, "decay_max", -1), "dv": (0, "decay_max", 0)}
"""Smallest value, the chip's number for the largest, and what to add to it."""
FIELDS_OF_LOIHI1 = {"bias_exp": (0, "bias_exp_max", 0)}
"""The same for what is known of Loihi 1 alone."""


def names_of(process: AbstractProcess) -> list[str]:
    """Return the dotted names of a process' class and of its bases."""
    return [f"{kind.__module__}.{kind.__qualname__}" for kind in type(process).__mro__]


def is_stock(leaf: LeafProcess) -> bool:
    """Return whether a process runs by a model of the library."""
    return str(leaf.model_class.__module__).startswith(LIBRARY)


def is_neuron(leaf: LeafProcess) -> bool:
    """Return whether a process is neurons on the chip."""
    return is_stock(leaf) and bool(set(names_of(leaf.process)) & set(NEURONS))


def shape_of(process: AbstractProcess) -> tuple[int, ...]:
    """Return the shape of neurons: that of what they send."""
    ports = process.out_ports
    port = ports.s_out if "s_out" in ports.member_names else next(iter(ports))
    return tuple(port.shape)


def population(leaf: LeafProcess, name: str, number: int, chip: Chip, kinds: dict[type, int]) -> Population:
    """Return the population of a process of neurons.

    LIF neurons of an integer model have the profiles of Loihi 1: decays in one kind, thresholds in another, biases of
    their own; values that the chip's fields cannot hold are errors. Of all others (programs of Loihi 2, and models in
    floating point, whose values are no chip's) compartments are counted, with one profile for each model: `kinds` has
    their numbers so far, and a new one is added.
    """
    shape = shape_of(leaf.process)
    size = prod(shape)
    parameters: dict[str, Any] = {}
    if LIF in names_of(leaf.process):
        parameters = _lif_parameters(leaf, size)
        _check(name, parameters, chip)
    if "bias_mant" not in parameters:
        parameters["program"] = np.asarray(kinds.setdefault(leaf.model_class, len(kinds)))
    return Population(name, shape, number, "lif", MappingProxyType(parameters))


def _lif_parameters(leaf: LeafProcess, size: int) -> dict[str, Any]:
    """Return what profiles hold; of floating-point models without what is checked for integers."""
    process, model = leaf.process, leaf.model_class
    found: dict[str, Any] = {}
    integers = np.dtype(model.v.d_type).kind in "iu"
    for name in PARAMETERS:
        if name not in process.vars.member_names:
            continue
        values = np.asarray(getattr(process.vars, name).init)
        if values.size not in (1, size) or values.dtype.kind not in "biuf":
            continue
        values = values.reshape(()) if values.size == 1 else values.reshape(-1)
        if integers and values.dtype.kind == "f":
            values = np.trunc(values) if not np.isfinite(values).all() else values.astype(np.int64)
        if integers:
            found[name] = values
        elif not name.startswith("bias"):
            found["vth_hi" if name == "vth" else name] = values
    if "reset_interval" in process.proc_params:
        found["reset_interval"] = np.asarray(process.proc_params["reset_interval"])
    return found


def _check(name: str, parameters: dict[str, Any], chip: Chip) -> None:
    if "bias_mant" not in parameters:
        return
    fields = FIELDS | (FIELDS_OF_LOIHI1 if chip.name == LOIHI1.name else {})
    for parameter, (low, fact, more) in fields.items():
        values = parameters[parameter]
        high = getattr(chip, fact) + more
        bad = (values < low) | (values > high)
        if np.any(bad):
            raise MappingError(
                f'population "{name}", {parameter}: got {values[bad].flat[0]}, {chip.name} has {low}..{high}. '
                f"{field_advice(parameter, high)}",
                resource=parameter, need=values[bad].flat[0].item(), have=high,
            )  # fmt: skip
