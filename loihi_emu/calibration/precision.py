"""How few bits of weight each layer needs: accuracy for each number of bits, and the fewest that keep it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from loihi_emu import numeric
from loihi_emu.calibration.calibrate import Calibrated, calibrated
from loihi_emu.calibration.given import Given, given_of
from loihi_emu.chips.chip import Chip
from loihi_emu.errors import invalid
from loihi_emu.keywords import known_keywords, known_keywords_of
from loihi_emu.recording.recording import Recording
from loihi_emu.rules.weights import MANTISSA_BITS
from loihi_emu.text_tables import aligned

WHERE = "search_precision"


@known_keywords_of
@dataclass(frozen=True, eq=False)
class Precision:
    """What was found; prints as a table, ``plots.precision`` draws it.

    Attributes
    ----------
    bits : dict of int
        By population: the fewest bits that keep the accuracy.
    calibrated : Calibrated
        The network with these.
    uniform : dict of float
        Accuracy, 0..1, by bits of all layers.
    layers : dict of dict of float
        Accuracy by population and its bits, all others having the most.
    float_accuracy, accuracy : float
        In floats, and of `bits`. Without labels: the share of samples with the answer of the floats.
    target : float
        The accuracy to keep.
    memory : dict of int
        By population: bits that its weights take with `bits`.
    """

    bits: Mapping[str, int]
    calibrated: Calibrated
    uniform: Mapping[int, float]
    layers: Mapping[str, Mapping[int, float]]
    float_accuracy: float
    accuracy: float
    target: float
    memory: Mapping[str, int]

    @property
    def kept(self) -> bool:
        """Whether `bits` reach the target; if not they are the most."""
        return self.accuracy >= self.target

    def __str__(self) -> str:
        bits = list(self.uniform)
        table = [("bits", *map(str, bits), "chosen", "memory (bits)")]
        table.append(
            ("all layers", *(f"{100 * self.uniform[b]:.2f}" for b in bits), "", str(sum(self.memory.values())))
        )
        for name, curve in self.layers.items():
            table.append((name, *(f"{100 * curve[b]:.2f}" for b in bits), str(self.bits[name]), str(self.memory[name])))
        verdict = "kept" if self.kept else "not reached"
        shown = (self.float_accuracy, self.target, self.accuracy)
        head = "accuracy in floats {:.2f} %, to keep {:.2f} %, with the bits chosen {:.2f} % ({})"
        return "\n".join([head.format(*(100 * k for k in shown), verdict), *aligned(table)])

    __repr__ = __str__


@known_keywords
def search_precision(
    network: Any,
    samples: Any,
    labels: Any = None,
    *,
    bits: Iterable[int] = (8, 7, 6, 5, 4, 3, 2),
    tolerance: float = 0.005,
    steps: int | None = None,
    output: Any = None,
    answer: str | Callable[[Recording], Any] | None = None,
    lists: int = 4,
    headroom: float = 2.0,
    dt: float | None = None,
    method: str | None = None,
    reset: str | Mapping[str, str] | None = None,
    single: bool = False,
    chip: Chip | None = None,
) -> Precision:
    """Find how few bits of weight each layer needs.

    The network is calibrated and run with each number of bits for all layers, then for each layer alone with the most
    for all others. Each layer gets the fewest with which it alone keeps the accuracy; where they do not keep it
    together, the layer that lost most gets one more, until they do.

    Parameters
    ----------
    network, samples, labels, steps, output, answer, lists, headroom, dt, method, reset, single, chip
        As for :func:`calibrate`. Without labels the answers of the floats are the right ones.
    bits : integers
        Of a weight, 1..8.
    tolerance : float
        How much accuracy, 0..1, may be lost against the floats.

    Returns
    -------
    Precision

    Examples
    --------
    >>> import numpy as np
    >>> from loihi_emu import Network, search_precision
    >>> rng = np.random.default_rng(0)
    >>> net = Network("two", rules="float")
    >>> source, cells = net.input("source", 8), net.population("cells", 4, du=0.5, dv=0.1, vth=1.0)
    >>> synapses = net.connect(source, cells, rng.normal(0.1, 0.3, (4, 8)))
    >>> found = search_precision(net, rng.random((50, 50, 8)) < 0.1, bits=(8, 4, 2), tolerance=0.1)
    >>> found.uniform[8], found.kept
    (1.0, True)
    """
    numbers = sorted({numeric.integer(WHERE, "bits", b, 1, MANTISSA_BITS) for b in bits}, reverse=True)
    if not numbers:
        raise invalid(WHERE, "bits", "none", f"numbers of bits, 1..{MANTISSA_BITS}")
    lost = numeric.finite(WHERE, "tolerance", tolerance)
    if lost.ndim or not 0 <= lost <= 1:
        raise invalid(WHERE, "tolerance", repr(tolerance), "one number, 0..1")
    given = given_of(
        WHERE, network, samples, labels, steps=steps, output=output, answer=answer, dt=dt, lists=lists,
        headroom=headroom, chip=chip, method=method, reset=reset, single=single,
    )  # fmt: skip
    return _Search(given, numbers, float(lost)).found()


class _Search:
    """Runs with bits of each layer, each once."""

    def __init__(self, given: Given, numbers: list[int], tolerance: float) -> None:
        self.given, self.numbers = given, numbers
        self.ran: dict[tuple[int, ...], float] = {}
        answers, labels = given.floats.answers, given.labels
        self.right = 1.0 if labels is None else float((answers == labels).mean())
        self.target = self.right - tolerance

    def accuracy(self, bits: Mapping[str, int]) -> float:
        """Of the network with these bits."""
        key = tuple(bits.values())
        if key not in self.ran:
            found = self.given.floats.with_integers(self.given.built(bits), self.given.scale(bits))
            self.ran[key] = found.same_answers if found.accuracy is None else found.accuracy
        return self.ran[key]

    def found(self) -> Precision:
        """The curves, and the bits that follow."""
        names, most = list(self.given.layers), self.numbers[0]
        uniform = {b: self.accuracy(dict.fromkeys(names, b)) for b in self.numbers}
        curves = {
            name: {b: self.accuracy(dict.fromkeys(names, most) | {name: b}) for b in self.numbers} for name in names
        }
        bits = {
            name: min((b for b, a in curve.items() if a >= self.target), default=most) for name, curve in curves.items()
        }
        while self.accuracy(bits) < self.target and any(b < most for b in bits.values()):
            worst = min((k for k in names if bits[k] < most), key=lambda k: (curves[k][bits[k]], -bits[k]))
            bits[worst] = min(b for b in self.numbers if b > bits[worst])
        memory = {
            name: bits[name] * sum(w.connection.synapses for w in layer.wires)
            for name, layer in self.given.layers.items()
        }
        made = calibrated(self.given, bits)
        return Precision(bits, made, uniform, curves, self.right, self.accuracy(bits), self.target, memory)
