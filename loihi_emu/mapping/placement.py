"""A placement: where a network is on chips, with its report and estimates of what runs take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loihi_emu.keywords import known_keywords_of
from loihi_emu.mapping.placed_network import PlacedNetwork
from loihi_emu.numeric import integer
from loihi_emu.read_only import read_only
from loihi_emu.recording.recording import Recording
from loihi_emu.text_tables import counted

if TYPE_CHECKING:
    from loihi_emu.mapping.estimate import Estimate


@known_keywords_of
@read_only("problem", "assignment", "layout", "chip", "boards", "strategy", "budgets", "limits")
class Placement(PlacedNetwork):
    """A network on virtual chips. Made by :meth:`loihi_emu.Network.place`.

    Cores are counted over all chips in the order in which they were filled; :attr:`layout` tells where each is.

    Attributes
    ----------
    chip : Chip
    boards : tuple of Board or None
        Those it was placed on; None if any number of chips was allowed.
    strategy : str
        "greedy", "traffic", "manual", or the name of a strategy of the user's.
    budgets : dict
        Name of a resource ("compartments", "axons_in", "axons_out", "synaptic_bits", "accumulators",
        "compartment_profiles", "threshold_profiles", "synapse_formats", "trace_profiles", "learning_rules") to an
        int64 array: what each core needs of it.
    limits : dict
        Name of a resource to what a core has of it; None where no public source tells.
    assignment, layout : Assignment, Layout
    problem : Problem

    Examples
    --------
    >>> from loihi_emu import Network
    >>> net = Network()
    >>> cells = net.population("cells", 1500, vth=100)
    >>> synapses = net.connect(cells[:10], cells[1000:1100], 50)
    >>> placement = net.place()
    >>> placement.cores, placement.where("cells", 1030)
    (2, Location(chip=0, core=1, compartment=280))
    >>> placement.budgets["axons_in"].tolist()
    [0, 10]
    """

    # ------------------------------------------------------------ what it takes
    def estimate(self, recording: Recording, *, figures: str = "davies2018", step_ns: float | None = None) -> Estimate:
        """Energy and time that a recorded run would take on the chips.

        What the recording tells is counted exactly: synaptic events, messages and hops of all populations and inputs
        whose spikes were probed, active neurons where u and v were. The rest is bounded, and the estimate says so.

        Parameters
        ----------
        recording : Recording
            Of the network that was placed. Of samples, each is an inference; a run is one.
        figures : {"davies2018", "board"}
            The one set of published figures to use. "davies2018": Davies 2018 Table 2, as the chip's attributes have
            it (``placement.chip.synop_pj``, ...; of a chip of one's own the changed ones). "board": those that
            SANA-FE fitted to measurements of a board, in its way of counting.
        step_ns : float, optional
            Least duration of a step: 1e6 in real-time operation at 1 ms.

        Raises
        ------
        ValidationError
            A recording of another network, or one of 0 steps.
        UnknownNameError
            Figures that do not exist.

        Examples
        --------
        >>> from loihi_emu import Emulator, Network
        >>> net = Network()
        >>> cells = net.population("cells", 10, vth=1, bias=30)
        >>> probe = net.probe(cells)
        >>> estimate = net.place().estimate(Emulator(net).run(100))
        >>> estimate.energy["neuron"]  # 10 neurons with a bias, 81 pJ each and step
        81000.0
        """
        from loihi_emu.mapping.estimate import estimate_of

        return estimate_of(self, recording, figures, step_ns)

    # ------------------------------------------------------------ showing
    def report(self, rows: int = 16) -> str:
        """Budgets of chips and cores, formats of connections, messages and what is weak about the limits, as text.

        Parameters
        ----------
        rows : int
            Most rows of a table.
        """
        from loihi_emu.mapping.report import ReportContents, text_of

        return text_of(ReportContents(self), integer("report", "rows", rows, 1, 1 << 40))

    def __str__(self) -> str:
        return self.report()

    def _repr_html_(self) -> str:
        """The report for notebooks."""
        from loihi_emu.mapping.report import ReportContents, html_of

        return html_of(ReportContents(self))

    def __repr__(self) -> str:
        where = " + ".join(b.name for b in self.boards) if self.boards else self.chip.name
        places = f"{counted(self.cores, 'core')} of {counted(self.chips, 'chip')}"
        return (
            f'<Placement of "{self.problem.name}" on {where}: {self.problem.neurons} neurons on {places}, '
            f"strategy {self.strategy!r}>"
        )
