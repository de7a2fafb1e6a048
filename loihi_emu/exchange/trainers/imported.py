"""The public function that makes a network of a PyTorch module."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loihi_emu.chips.chip import LOIHI2, Chip
from loihi_emu.exchange.nir.imported import Imported
from loihi_emu.exchange.trainers.importing import build
from loihi_emu.keywords import known_keywords
from loihi_emu.network.network import Network


@known_keywords
def import_torch(
    module: Any,
    sample: Any,
    *,
    rules: str = "float",
    weight_bits: int = 8,
    scale: float | Mapping[str, float] | None = None,
    decays: str = "nearest",
    percentile: float = 99.9,
    chip: Chip = LOIHI2,
    name: str = "torch",
) -> Imported:
    """Make a network of a PyTorch module: of snnTorch, norse, sinabs or spikingjelly, or of ReLU by rates.

    The module is run once on `sample` to see what it calls, and left as it was. Its layers become a graph of NIR's
    primitives, which is imported with steps of 1. Weights are read, not trained: that is
    :class:`loihi_emu.training.Twin`.

    Parameters
    ----------
    module : torch.nn.Module
        Neurons of one of these libraries, or ReLU, between Linear, Conv1d, Conv2d, AvgPool2d, Flatten and BatchNorm.
    sample : torch.Tensor
        As the module takes it: samples first, or steps and samples. For a module without spikes data like those it was
        trained on, 0 and more: activations are measured on them.
    rules : {"float", "chip", "lava"}
        float64, or the integers of the chip or of Lava's fixed point. Neurons that subtract their threshold (ReLU's,
        too) are under "float" and "chip".
    weight_bits, scale, decays, chip, name
        Of :func:`import_nir`.
    percentile : float
        Of a module without spikes: what a rate of 1 stands for in each layer, as a percentile of its activations above
        0, 50 to 100. Higher activations saturate, at lower ones all rates are low.

    Returns
    -------
    Imported
        Populations have the paths of the modules. ``report.outputs`` says what to read, and how late it is. Without
        spikes in the module, an input's rate of 1 is the largest value of the sample.

    Raises
    ------
    UnsupportedError
        A module without a counterpart, with its path and the nearest that has one, before anything is built.
    MissingExtraError
        PyTorch is not installed.

    Warns
    -----
    LoihiInputWarning
        Of what is approximated; the report has it too.
    """
    network, report = build(
        Network, module, sample, rules=rules, weight_bits=weight_bits, scale=scale, decays=decays,
        percentile=percentile, chip=chip, name=name,
    )  # fmt: skip
    return Imported(network, report)
