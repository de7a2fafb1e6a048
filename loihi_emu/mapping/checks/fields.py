"""Whether a network's numbers fit the chip's fields, for networks made for another chip or another set of rules."""

from __future__ import annotations

import numpy as np

from loihi_emu.chips.chip import Chip
from loihi_emu.errors import MappingError
from loihi_emu.network.elements import Population
from loihi_emu.network.members import Members


def check_fields(network: Members, chip: Chip) -> None:
    """Raise if a parameter or a delay is beyond the chip's fields.

    Raises
    ------
    MappingError
        Names the population or connection, the parameter, what is given and what is allowed.
    """
    for p in network.populations.values():
        _check_population(p, chip)
    for c in network.connections.values():
        longest = c.longest_delay
        if longest > chip.max_delay:
            raise MappingError(
                f'connection "{c.name}", delays: got {longest}, {chip.name} has 0..{chip.max_delay}. '
                "Use shorter delays, or a population in between that passes spikes on.",
                resource="delays", need=longest, have=chip.max_delay,
            )  # fmt: skip


def _check_population(p: Population, chip: Chip) -> None:
    lava = "bias_mant" in p.parameters
    ranges = {
        "bias": (-chip.bias_max << (chip.bias_exp_max if "vth_exp" in p.parameters else 0), None),
        "bias_mant": (-chip.bias_max - 1, chip.bias_max),
        "refractory": (0 if "vth_exp" in p.parameters else chip.refractory_min, chip.refractory_max),
        "vth": (0, None if "vth_exp" in p.parameters else chip.vth_max),
        "du": (-1 if lava else 0, None),
    }
    for name, (low, high) in ranges.items():
        if name not in p.parameters:
            continue
        values = np.asarray(p.parameters[name])
        top = -low if name == "bias" else high
        bad = values < low if top is None else (values < low) | (values > top)
        if np.any(bad):
            allowed = f"{low} or more" if top is None else f"{low}..{top}"
            raise MappingError(
                f'population "{p.name}", {name}: got {values[bad].flat[0]}, {chip.name} has {allowed}. '
                f"{field_advice(name, top)}",
                resource=name, need=values[bad].flat[0].item(), have=top,
            )  # fmt: skip
    for name, least, form in (("vmin", -1, "-(2**e) + 1"), ("vmax", 1, "2**(9 + 2*e) - 1")):
        if name in p.parameters:
            _check_limit(p, name, least, form, chip)


def field_advice(name: str, most: int | None) -> str:
    """What to do about a value that a field of the chip cannot hold."""
    if name == "vth" and most is not None:
        return (
            f"{most} is the largest: take it for neurons that are meant never to spike; otherwise scale weights, "
            "thresholds and biases together (loihi_emu.quantize)."
        )
    if name in ("vth", "bias", "bias_mant"):
        return "Scale weights, thresholds and biases together (loihi_emu.quantize)."
    return "Choose a value in this range."


def _check_limit(p: Population, name: str, sign: int, form: str, chip: Chip) -> None:
    """Raise if vmin or vmax is not one that the chip's exponents can give."""
    values = np.asarray(p.parameters[name])
    if sign < 0:
        possible = [1 - (1 << e) for e in range(chip.vmin_exp_max + 1)]
    else:
        possible = [(1 << (9 + 2 * e)) - 1 for e in range(chip.vmax_exp_max + 1)]
    given = np.unique(values).tolist() if values.ndim else [values.item()]
    bad = [value for value in given if value not in possible]
    if bad:
        nearest = sorted(possible, key=lambda value: abs(value - bad[0]))[:2]
        raise MappingError(
            f'population "{p.name}", {name}: got {bad[0]}, {chip.name} has {form}: '
            f"the nearest are {min(nearest)} and {max(nearest)}.",
            resource=name, need=bad[0], have=min(nearest, key=lambda value: abs(value - bad[0])),
        )  # fmt: skip
