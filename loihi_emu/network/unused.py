"""Values of populations, probes and connections that have no effect beside others that are given: told at once."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from loihi_emu.models.specification import NeuronModel
from loihi_emu.network.elements import Connection, Noise, Population, Probe
from loihi_emu.rules import RuleSet
from loihi_emu.user_warnings import warn

BIAS = {"bias_exp": ("bias", "bias_mant")}
DECAYS = (("u", "du"), ("v", "dv"))


def warn_of_parameters(made: Population, model: NeuronModel, given: Iterable[str]) -> None:
    """Warn of an exponent without a bias, of initial values that are forgotten before they act, and of still noise.

    Parameters
    ----------
    made : Population
    model : NeuronModel
    given : iterable of str
        Names of the parameters that were given.
    """
    where, values = f'population "{made.name}"', made.parameters
    names = set(given)
    for exponent, mantissas in BIAS.items():
        for mantissa in mantissas:
            if exponent in names and mantissa in values and np.any(values[exponent]) and not np.any(values[mantissa]):
                warn(f"{where}: {exponent} has no effect while {mantissa} is 0.")
    for state, decay in DECAYS:
        full = model.parameter(decay)
        if state in names and decay in values and full is not None:
            lost = np.broadcast_to((values[decay] == full.high) & (values[state] != 0), made.size)
            if lost.any():
                warn(
                    f"{where}: the initial {state} of {np.count_nonzero(lost)} of {made.size} neurons has no effect, "
                    f"since {decay}={full.high:.10g} forgets it before it acts in step 0."
                )
    if isinstance(made.noise, Noise) and made.noise.amplitude == 0 and np.any(made.noise.enabled):
        warn(
            f"{where}: the noise adds 0. (U + 64 * offset) * 2**(exp - 7) with |U| up to 127 needs exp=1 or more, or "
            "an offset."
        )


def warn_of_probe(made: Probe) -> None:
    """Warn of an interval that holds for nothing that is recorded."""
    if made.every > 1 and made.variables == ("spikes",):
        warn(f'probe on "{made.target.name}": every={made.every} has no effect on spikes, of which all are recorded.')


def warn_of_format(made: Connection, rules: RuleSet) -> None:
    """Warn of a weight format beside weights that are effective already."""
    if made.scaled and rules.weights.scaled_exponents is None and (made.weight_bits != 8 or made.weight_exp != 0):
        warn(
            f'connection "{made.name}": weight_bits={made.weight_bits} and weight_exp={made.weight_exp} have no '
            "effect, since scaled=True gives effective weights."
        )
