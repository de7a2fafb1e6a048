"""The neuron models of the chip's, of Lava's and of float64 rules, as the files in ``models/neurons/`` declare them.

Each of these files has ``MODELS``: by the name of a rule set, its models. They are read when a rule set's models are
first asked for, since they load Numba.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from importlib import import_module
from pkgutil import iter_modules
from typing import ClassVar

from loihi_emu.models.specification import NeuronModel


class Models(Sequence[NeuronModel]):
    """The models of one rule set.

    Examples
    --------
    >>> {"lif", "lif_subtract"} <= {model.name for model in CHIP}
    True
    """

    known: ClassVar[list[str]] = []
    """The rule sets that files in ``models/neurons/`` can name."""

    def __init__(self, rules: str) -> None:
        self.rules = rules
        if rules not in self.known:
            self.known.append(rules)

    @cached_property
    def found(self) -> tuple[NeuronModel, ...]:
        """All, in order of their files.

        Raises
        ------
        TypeError
            A file names a rule set that is none, or a model that another has.
        """
        from loihi_emu.models import neurons

        found: dict[str, tuple[str, NeuronModel]] = {}
        for info in iter_modules(neurons.__path__):
            file = import_module(f"{neurons.__name__}.{info.name}")
            if wrong := [rules for rules in file.MODELS if rules not in self.known]:
                raise TypeError(f"{file.__name__}, MODELS: no rule set {wrong[0]!r}; there are {self.known}")
            for model in file.MODELS.get(self.rules, ()):
                if model.name in found:
                    other = found[model.name][0]
                    raise TypeError(f'{file.__name__}, MODELS["{self.rules}"]: "{model.name}" is a model of {other}')
                found[model.name] = file.__name__, model
        return tuple(model for _, model in found.values())

    def __getitem__(self, k):  # type: ignore[no-untyped-def]
        return self.found[k]

    def __len__(self) -> int:
        return len(self.found)

    def __iter__(self) -> Iterator[NeuronModel]:
        return iter(self.found)


CHIP, LAVA, FLOAT = Models("chip"), Models("lava"), Models("float")
