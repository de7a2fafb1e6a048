"""A population as a module: its parameters, of which some are trained, and its state."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from loihi_emu.errors import UnsupportedError
from loihi_emu.network.elements import Population
from loihi_emu.training.rounding import Word, rounded
from loihi_emu.training.step import Cells, State
from loihi_emu.widths import DECAY_UNITY, STATE_MAX, VTH_MAX, WEIGHT_UNIT

MODELS = ("lif", "lif_subtract")
TRAINED = {"bias": (-4095, 4095), "vth": (0, VTH_MAX), "du": (0, DECAY_UNITY), "dv": (0, DECAY_UNITY)}
"""Parameters that can be trained, with their ranges."""


class Neurons(nn.Module):
    """The neurons of a population.

    Attributes
    ----------
    bias, vth, du, dv : Parameter
        1.0 is a bias or a decay of 4096, and a threshold of the next power of 2 above the largest given. Of shape () or
        (neurons,), a trained bias always the latter.
    """

    def __init__(self, population: Population, trained: frozenset[str]) -> None:
        super().__init__()
        self.population = population
        given = population.parameters
        self.words: dict[str, Word] = {}
        for name, (low, high) in TRAINED.items():
            values = given[name]
            unit = DECAY_UNITY if name != "vth" else 1 << int(np.max(values, initial=1)).bit_length()
            self.words[name] = Word(unit, low, high)
            if name == "bias" and name in trained:
                values = np.broadcast_to(values, (population.size,))
            start = torch.tensor(np.asarray(values / unit, np.float32))
            setattr(self, name, nn.Parameter(start, name in trained))
        for name, default in (("refractory", 1), ("vmin", -STATE_MAX), ("vmax", STATE_MAX), ("u", 0), ("v", 0)):
            values = np.array(given.get(name, default), np.float64)
            self.register_buffer(f"_{name}", torch.tensor(values), persistent=False)

    def integers(self, name: str) -> Tensor:
        """A parameter as the integers that it is on the chip, in float64."""
        return rounded(getattr(self, name), self.words[name])

    def cells(self) -> Cells:
        """Parameters in the units of v."""
        exponent = torch.tensor(self.population.parameters["bias_exp"], device=self._v.device)
        return Cells(
            1 - self.integers("du") / DECAY_UNITY, 1 - self.integers("dv") / DECAY_UNITY,
            self.integers("bias") * 2.0**exponent, self.integers("vth") * WEIGHT_UNIT,
            self._vmin, self._vmax, self._refractory, self.population.model == "lif_subtract",
        )  # fmt: skip

    def start(self, samples: int) -> State:
        """The state before the first step."""
        shape = (samples, self.population.size)
        u, v = (x.expand(shape) for x in (self._u, self._v))
        rests = bool((self._refractory > 1).any())
        return State(u, v, torch.zeros(shape, dtype=torch.float64, device=self._v.device) if rests else None)

    def trained(self) -> dict[str, NDArray[Any]]:
        """All parameters, those that are trained with the integers that they are now."""
        found: dict[str, NDArray[Any]] = dict(self.population.parameters)
        for name in TRAINED:
            if getattr(self, name).requires_grad:
                found[name] = self.integers(name).detach().cpu().numpy().astype(np.int64)
        return found


def check(population: Population) -> None:
    """Raise for neurons that the twin does not have."""
    where = f'Twin, population "{population.name}"'
    if population.model not in MODELS:
        raise UnsupportedError(f'{where}: got model "{population.model}". The twin has {" and ".join(MODELS)}.')
    if population.noise is not None:
        raise UnsupportedError(f"{where}: got noise. Train without it and add it to the trained network's population.")
