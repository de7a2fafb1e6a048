"""The neuron models of the chip's, of Lava's and of float64 rules, as the files in ``models/neurons/`` declare them.

Each of these files has ``MODELS``: by the name of a rule set, its models. They are read when a rule set's models are
first asked for, since they load Numba.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from importlib import import_module
from pkgutil import iter_modules

from loihi_emu.models.specification import NeuronModel


class Models(Sequence[NeuronModel]):
    """The models of one rule set.

    Examples
    --------
    >>> {"lif", "lif_subtract"} <= {model.name for model in CHIP}
    True
    """

    def __init__(self, rules: str) -> None:
        self.rules = rules

    @cached_property
    def found(self) -> tuple[NeuronModel, ...]:
        """All, in order of their files."""
        from loihi_emu.models import neurons

        files = [import_module(f"{neurons.__name__}.{info.name}") for info in iter_modules(neurons.__path__)]
        return tuple(model for file in files for model in file.MODELS.get(self.rules, ()))

    def __getitem__(self, k):  # type: ignore[no-untyped-def]
        return self.found[k]

    def __len__(self) -> int:
        return len(self.found)

    def __iter__(self) -> Iterator[NeuronModel]:
        return iter(self.found)


CHIP, LAVA, FLOAT = Models("chip"), Models("lava"), Models("float")
