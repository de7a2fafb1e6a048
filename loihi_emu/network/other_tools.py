"""Networks from and to the files and modules of other tools: the methods of a Network that stand for them."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

from loihi_emu.keywords import known_keywords_of
from loihi_emu.network.members import Members

Made = TypeVar("Made", bound="OtherTools")


@known_keywords_of
class OtherTools(Members):
    """What a Network can be made of and written as; readers and writers are imported when they are called."""

    @classmethod
    def from_nir(cls: type[Made], graph: Any, *, dt: float, rules: str = "float", **options: Any) -> Made:
        """Make a network of a NIR graph, which any of many trainers writes.

        Parameters
        ----------
        graph : nir.NIRGraph, str or Path
            A graph or a file of one.
        dt : float
            A step, in the unit of the graph's time constants, mostly seconds.
        rules : {"float", "chip", "lava"}
        **options
            Of :func:`loihi_emu.exchange.import_nir`, which also returns what is not exact: method, reset, weight_bits,
            scale, decays, lists, single, align, chip, name.
        """
        from loihi_emu.exchange.nir.importing import build

        made: Made = build(cls, graph, dt=dt, rules=rules, **options)[0]
        return made

    @classmethod
    def from_torch(cls: type[Made], module: Any, sample: Any, *, rules: str = "float", **options: Any) -> Made:
        """Make a network of a PyTorch module: of snnTorch, norse, sinabs or spikingjelly, or of ReLU by rates.

        Parameters
        ----------
        module : torch.nn.Module
        sample : torch.Tensor
            As the module takes it; for a module without spikes data like those that it was trained on.
        rules : {"float", "chip", "lava"}
        **options
            Of :func:`loihi_emu.exchange.import_torch`, which also returns what is not exact: weight_bits, scale,
            decays, percentile, chip, name.
        """
        from loihi_emu.exchange.trainers.importing import build

        made: Made = build(cls, module, sample, rules=rules, **options)[0]
        return made

    def to_nir(self, path: str | Path | None = None, *, dt: float) -> Any:
        """The network as a nir.NIRGraph, also written to a file if a path is given.

        ``from_nir`` of it with the same `dt` and rules gives the same spikes and voltages. Events of inputs are left
        out, with a warning.

        Parameters
        ----------
        path : str or Path, optional
        dt : float
            What a step is, in seconds.

        Raises
        ------
        UnsupportedError
            What NIR has no node for: other models than LIF, noise, refractory periods, learning, convolutions.
        """
        from loihi_emu.exchange.nir.export import to_nir

        return to_nir(self, path, dt)

    @classmethod
    def from_net(cls: type[Made], file: Any, *, rules: str = "lava", **options: Any) -> Made:
        """Make a network of a .net file, which lava-dl's trainer writes.

        Parameters
        ----------
        file : str, Path, or list of Layer
        rules : {"lava", "chip"}
        **options
            Of :func:`loihi_emu.exchange.import_net`, which also returns what is not exact: num_layers, skip_layers,
            input_shape, input_message_bits, reset_interval, reset_offset, spike_exp, image, chip, name.
        """
        from loihi_emu.exchange.net.importing import build

        made: Made = build(cls, file, rules=rules, **options)[0]
        return made

    def to_net(self, path: str | Path) -> Path:
        """Write a .net file, which lava-dl's netx and :meth:`from_net` read.

        Parameters
        ----------
        path : str or Path

        Returns
        -------
        Path

        Raises
        ------
        UnsupportedError
            What .net files do not have: anything but a chain of populations of rules "lava" or "chip" behind one input,
            noise, learning, synapses onto images that are no Conv2D, weights or biases that are no multiples of 64.
        """
        from loihi_emu.exchange.net.export import layers_of_network
        from loihi_emu.exchange.net.writing import write_net

        return write_net(path, layers_of_network(self))
