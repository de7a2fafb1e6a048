"""What became of a .net file: its layers as populations, what is not exact, where the output is."""

from __future__ import annotations

from dataclasses import dataclass

from loihi_emu.text_tables import aligned


@dataclass(frozen=True)
class LayerRow:
    """One layer of a .net file as a population.

    Attributes
    ----------
    number, kind, neuron : int, str, str
        Of the layer in the file.
    population, model : str
        Its name and model here.
    shape : tuple of int
        Of the population: (rows, columns, channels) or (neurons,).
    synapses : int
        How many lead to it; those of a convolution are counted at each position.
    """

    number: int
    kind: str
    neuron: str
    population: str
    model: str
    shape: tuple[int, ...]
    synapses: int


@dataclass(frozen=True)
class NetReport:
    """What became of a .net file; prints as a table.

    Attributes
    ----------
    rules : str
    rows : tuple of LayerRow
    output, reads : str, str
        The last population, and what of it is the output: ``spikes`` (payloads, where it sends such) or ``v``.
    notes : tuple of str
        What was read differently from how it is written, exactly all the same.
    approximations : tuple of str
        What is not done exactly.
    """

    rules: str
    rows: tuple[LayerRow, ...]
    output: str
    reads: str
    notes: tuple[str, ...] = ()
    approximations: tuple[str, ...] = ()

    def __str__(self) -> str:
        table = [("layer", "type", "neuron", "population", "model", "shape", "synapses")]
        table += [
            (str(r.number), r.kind, r.neuron, r.population, r.model, "x".join(map(str, r.shape)), str(r.synapses))
            for r in self.rows
        ]
        lines = [f'.net by rules "{self.rules}"', *aligned(table)]
        lines.append(f'output: {self.reads} of "{self.output}"')
        lines += [f"approximated: {text}" for text in self.approximations]
        lines += [f"note: {text}" for text in self.notes]
        return "\n".join(lines)

    __repr__ = __str__
