"""Where the random numbers of noise come from: one generator for all of a network, chosen by its rule set."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence

from loihi_emu.image.sources import NoiseSource
from loihi_emu.image.state import State
from loihi_emu.models.memory import Arena, Description
from loihi_emu.network.network import Network


class Generator(ABC):
    """What fills the draws of all noise sources in every step.

    Attributes
    ----------
    has_state : bool
        Whether what it draws depends on what it drew before: then one share draws everything.
    """

    has_state = True

    def __init__(self, network: Network) -> None:
        self.network = network

    def reserve(self, arena: Arena) -> None:
        """Ask for the generator's state; nothing where it has none."""
        return

    def check_state(self, state: State) -> None:
        """Raise where state read from a file cannot be that of this generator."""
        return

    @abstractmethod
    def calls(
        self, arena: Arena, noises: Sequence[NoiseSource], applied: Sequence[Description], *, learns: bool
    ) -> Iterator[tuple[str, Description]]:
        """Leaves and descriptions that draw, for all that the stages of noise do not draw themselves.

        Parameters
        ----------
        arena : Arena
        noises : sequence of NoiseSource
        applied : sequence of Description
            Of each source, what adds its numbers to a parameter: those of Philox, or the draws that its field names.
        learns : bool
            Whether a connection learns, which may draw from the same generator.
        """


class Philox(Generator):
    """Counter-based: a neuron's number in a step is the same whatever else is drawn."""

    has_state = False

    def calls(
        self, arena: Arena, noises: Sequence[NoiseSource], applied: Sequence[Description], *, learns: bool
    ) -> Iterator[tuple[str, Description]]:
        yield from ()  # what adds them draws them too
