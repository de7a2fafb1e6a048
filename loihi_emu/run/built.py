"""A network with the image that runs it, which is made anew where something of the network is changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from loihi_emu.image.build import Image
from loihi_emu.image.handover import adopt
from loihi_emu.jit import COMPILED
from loihi_emu.network.elements import Connection, Input
from loihi_emu.network.network import Network
from loihi_emu.ranks.ranks import Ranks
from loihi_emu.run.accounts import Counters
from loihi_emu.run.closed_loop import ClosedLoop
from loihi_emu.run.control import Pacer
from loihi_emu.run.team import Team


class Built:
    """A network, its image, and what drives and counts that.

    Parameters
    ----------
    network : Network
        Changed by :meth:`_rebuild`; nobody else should have it.
    threads : int
        How many run it, each a share of its own.
    ranks : Ranks, optional
        The processes that run it together, each with so many threads.
    every : int, optional
        Steps after which these exchange spikes at the latest.

    Attributes
    ----------
    threads : int
    """

    image: Image
    _pacer: Pacer
    _counters: Counters
    _loop: ClosedLoop

    def __init__(
        self, network: Network, threads: int = 1, ranks: Ranks | None = None, every: int | None = None
    ) -> None:
        self.network, self.threads, self._ranks, self._every = network, threads, ranks, every
        self._team = Team(threads) if COMPILED and threads > 1 else None
        self._take(Image(network, None, threads, ranks, every))

    def _take(self, image: Image) -> None:
        """Run this image from now on."""
        pacer, counters = Pacer(image, self._team), Counters(image)
        loop = ClosedLoop(image, pacer)
        vars(self).update(image=image, _pacer=pacer, _counters=counters, _loop=loop)  # not set: users only read them

    def _rebuild(
        self, changed: Sequence[Input | Connection], fill: Callable[[Image], None] = lambda image: None
    ) -> None:
        """Make the image anew with changed elements; state, parameters and recordings go on as they were, then `fill`.

        If that fails or is interrupted, everything is as before.
        """
        network = self.network
        known: dict[str, Input | Connection] = {**network.connections, **network.inputs}
        before = [known[element.name] for element in changed]
        try:
            for element in changed:
                network.replace(element)
            image = Image(network, self.image, self.threads, self._ranks, self._every)
            adopt(image, self.image)
            fill(image)
            self._take(image)
        except BaseException:
            for element in before:
                network.replace(element)
            raise

    def _refresh_state(self, prefix: str) -> None:
        """Of several ranks: get state whose names begin so from those who have it."""
        image = self.image
        if image.exchange is not None:
            image.whole_state(name for name in image.arena.names if name.startswith(prefix))

    def _parameters_changed(self) -> None:
        """Look at thresholds again before the next recording."""
        self._counters.parameters_changed()
