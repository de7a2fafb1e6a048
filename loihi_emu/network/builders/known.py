"""All builders and distributions that files hold by name."""

from __future__ import annotations

from typing import Any

from loihi_emu.network.builders.distributions import Lognormal, Normal, Uniform
from loihi_emu.network.builders.fixed_degree import FixedInDegree, FixedOutDegree, FixedTotalNumber
from loihi_emu.network.builders.fixed_probability import FixedProbability
from loihi_emu.network.builders.one_to_one import OneToOne

BUILDERS: dict[str, Any] = {
    kind.name: kind for kind in (OneToOne, FixedProbability, FixedInDegree, FixedOutDegree, FixedTotalNumber)
}
"""Those whose synapses are kept as a recipe alone; of others the synapses are kept."""
DISTRIBUTIONS: dict[str, Any] = {kind.name: kind for kind in (Normal, Lognormal, Uniform)}
