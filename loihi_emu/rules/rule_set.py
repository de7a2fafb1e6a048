"""A rule set: everything by which the networks of one ``Network(rules=...)`` differ from those of another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from loihi_emu.errors import unknown
from loihi_emu.models.specification import NeuronModel
from loihi_emu.read_only import read_only
from loihi_emu.rules.learning import LearningRules
from loihi_emu.rules.weights import WeightRule

PHILOX = "loihi_emu.image.draws:Philox"


@read_only()
@dataclass(frozen=True, eq=False)
class RuleSet:
    """How a network counts.

    Attributes
    ----------
    name : str
        ``Network(rules=...)`` chooses it by this; recordings and files carry it.
    text : str
        What it is, in a sentence.
    models : sequence of NeuronModel
        Its neurons; each says what its state and accumulators are, which noise it takes and which leaf runs it.
    weights : WeightRule
        What weights may be given and what a spike then adds.
    learning : LearningRules or None
        How connections learn; None: they do not.
    max_delay : int or None
        Longest synaptic delay in steps; None: the chip's.
    unlimited : tuple of str
        State without a limit of width, in which any number may stand after a run.
    generator : str
        ``"module:class"`` of what draws the numbers of noise (:mod:`loihi_emu.image.draws`); imported when first used.
    leaves : tuple of str
        Modules with leaves of its own, for the command ``compile``: those outside :mod:`loihi_emu.models`.

    Examples
    --------
    A rule set much like another is made from it:

    >>> from dataclasses import replace
    >>> from loihi_emu.rules import find
    >>> short = replace(find("chip"), name="short", text="The chip's rules, delays of at most 3 steps.", max_delay=3)
    >>> short.max_delay, short.model("lif").name
    (3, 'lif')
    """

    name: str
    text: str
    models: Sequence[NeuronModel]
    weights: WeightRule
    learning: LearningRules | None = None
    max_delay: int | None = None
    unlimited: tuple[str, ...] = ()
    generator: str = PHILOX
    leaves: tuple[str, ...] = ()

    @property
    def floats(self) -> bool:
        """Whether it counts in float64 instead of integers."""
        return self.weights.floats

    def model(self, name: str) -> NeuronModel:
        """The neuron model of a name.

        Raises
        ------
        UnknownNameError
            It has no such model; near names are listed.
        """
        for model in self.models:
            if model.name == name:
                return model
        raise unknown("model", name, [m.name for m in self.models], where=f'rules "{self.name}"')

    def __repr__(self) -> str:
        return f'<RuleSet "{self.name}": {", ".join(m.name for m in self.models)}>'
