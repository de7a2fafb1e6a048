"""The public function: a network of floats, or a graph, to a network of the chip's integers, by its samples."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from loihi_emu.calibration.agreement import Agreement, FloatRun
from loihi_emu.calibration.answers import labels_of
from loihi_emu.calibration.given import Given, bits_of, given_of
from loihi_emu.calibration.report import CalibrationReport, row_of
from loihi_emu.calibration.samples import samples_of
from loihi_emu.chips.chip import Chip
from loihi_emu.errors import is_known, unknown
from loihi_emu.keywords import known_keywords, known_keywords_of
from loihi_emu.network.network import Network
from loihi_emu.recording.recording import Recording
from loihi_emu.rules.weights import MANTISSA_BITS
from loihi_emu.widths import WEIGHT_UNIT

WHERE = "calibrate"


@known_keywords_of
@dataclass(frozen=True, eq=False)
class Calibrated:
    """A network in the chip's integers, and how it was chosen.

    Attributes
    ----------
    network : Network
        In integers, without probes. Populations and inputs have the names of the network of floats; a connection that
        became several lists has their sign mode in its name.
    floats : Network
        What it was made of.
    report : CalibrationReport
        Prints as tables.
    """

    network: Network
    floats: Network
    report: CalibrationReport
    _given: Given = field(repr=False)
    _bits: Mapping[str, int] = field(repr=False)

    def __repr__(self) -> str:
        return f"{self.network!r}\n{self.report}"

    def voltage(self, population: str, v: Any) -> Any:
        """Recorded v of a population in the units of the floats."""
        name = getattr(population, "name", population)
        if not is_known(name, self.report.rows):
            raise unknown("population", name, self.report.rows)
        return v / (self.report.rows[name].scale * WEIGHT_UNIT)

    def compare(self, samples: Any, labels: Any = None, *, steps: int | None = None) -> Agreement:
        """Run floats and integers on other samples, and say where they part.

        Parameters
        ----------
        samples, labels, steps
            As for :func:`calibrate`.

        Returns
        -------
        Agreement
        """
        given = self._given
        found = samples_of("Calibrated.compare", given.network, samples, steps)
        found = replace(found, steps=found.steps + given.lag)
        right = labels_of("Calibrated.compare", labels, found.count, given.readout, given.network)
        return FloatRun(given.network, found, given.readout, right).with_integers(self.network, given.scale(self._bits))


@known_keywords
def calibrate(
    network: Any,
    samples: Any,
    labels: Any = None,
    *,
    steps: int | None = None,
    output: Any = None,
    answer: str | Callable[[Recording], Any] | None = None,
    weight_bits: int | Mapping[str, int] = MANTISSA_BITS,
    lists: int = 4,
    headroom: float = 2.0,
    dt: float | None = None,
    method: str | None = None,
    reset: str | Mapping[str, str] | None = None,
    single: bool = False,
    chip: Chip | None = None,
) -> Calibrated:
    """Make the chip's integers of a network of floats, chosen by what it does on samples.

    Each layer is tried alone, on the spikes that it receives in floats: scales with the headroom that was asked for,
    lists of weights by sign and by size, decays, and biases that take the mean error of v away. What leaves the fewest
    spikes different is kept. Then the whole network runs in floats and in integers.

    Parameters
    ----------
    network : Network, Imported, nir.NIRGraph, str or Path
        A network with ``rules="float"`` of models lif, lif_subtract and li; what ``import_nir`` made by these rules; or
        a graph of NIR or its file, with `dt`.
    samples : array (samples, steps, size), list, or dict of those by input
        As ``Emulator.run_samples`` takes them: 0 and 1, or whole numbers as payloads. Such as those that trained the
        network; some tens are enough.
    labels : array of int (samples,), optional
        The right answer to each, for the accuracy: a neuron of the output, or what a function given as `answer`
        returns.
    steps : int, optional
        Of a sample; arrays tell it.
    output : population or its name, optional
        What answers; may be left out where one is at the end.
    answer : {"spikes", "last v", "mean v", "max v"} or function, optional
        Its class: the neuron with most spikes (of equal ones that with the larger v at the end), or the largest v.
        Default: spikes, of neurons that do not spike the mean v. A function gets a Recording of samples with the
        population's spikes and v, and returns one answer for each.
    weight_bits : int or dict
        1..8, of all layers, or by population.
    lists : {1, 2, 4, 8}
        Lists that a connection may become, each with a sign mode and exponent of its own, where fewer leave spikes
        different: one; one for each sign, which saves the sign's bit; two or four for each sign, by size. A synapse
        stands in one of them alone.
    headroom : float
        By how much sums, u and v may grow beyond their peaks on the samples before they wrap or saturate; 1 and more.
    dt : float, optional
        A step, in the unit of the graph's time constants.
    method, reset, single
        Of :func:`loihi_emu.exchange.import_nir`, for a graph.
    chip : Chip, optional
        That of the network in integers; default that of the floats.

    Returns
    -------
    Calibrated
        ``network``, ready to run; ``report``; ``compare(samples, labels)`` for samples that were held out.

    Raises
    ------
    ValidationError
        Samples or labels of the wrong shape, none, or not finite; values that are no whole numbers; a network that is
        not of floats; numbers of which no scale holds all.
    UnsupportedError
        What the chip's integers do not have: other models, noise, learning, voltages that are sent on.

    Examples
    --------
    >>> import numpy as np
    >>> from loihi_emu import Network, calibrate
    >>> rng = np.random.default_rng(0)
    >>> net = Network("two", rules="float")
    >>> source, cells = net.input("source", 8), net.population("cells", 4, du=0.5, dv=0.1, vth=1.0)
    >>> synapses = net.connect(source, cells, rng.normal(0.1, 0.3, (4, 8)))
    >>> found = calibrate(net, rng.random((20, 50, 8)) < 0.1)
    >>> found.network.rules, found.report.agreement.same_answers
    ('chip', 1.0)
    """
    given = given_of(
        WHERE, network, samples, labels, steps=steps, output=output, answer=answer, dt=dt, lists=lists,
        headroom=headroom, chip=chip, method=method, reset=reset, single=single,
    )  # fmt: skip
    return calibrated(given, bits_of(WHERE, given.layers, weight_bits))


def calibrated(given: Given, bits: Mapping[str, int]) -> Calibrated:
    """The network in integers with bits for each layer, run on all samples."""
    network = given.built(bits)
    agreement = given.floats.with_integers(network, given.scale(bits))
    rows = {name: row_of(given.chosen(name, bits[name]), given.activity.peaks[name]) for name in given.layers}
    activity = given.activity
    kept = f"layers were tried alone on {activity.kept} of {activity.count} samples, of {activity.steps} steps"
    report = CalibrationReport(rows, agreement, (kept, *given.notes))
    return Calibrated(network, given.network, report, given, bits)
