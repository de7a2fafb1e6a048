""".net files, written as lava-dl's trainer writes them, so that its netx reads them too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from loihi_emu.errors import FileError, extra, invalid
from loihi_emu.exchange.net.layers import Layer
from loihi_emu.exchange.net.plan import plan_of
from loihi_emu.files.writing import replacing

FLOATS = ("weight", "weight_rec", "bias", "delay")
"""Sets that lava-dl keeps as floats, whole ones all the same."""
CUBA = {"refDelay": 1, "gradedSpike": False}
"""What CUBA neurons have in every file."""
PLACED = {"stride": 1, "padding": 0, "dilation": 1}


def write_net(path: str | Path, layers: Sequence[Layer], *, input_shape: Sequence[int] | None = None) -> Path:
    """Write a .net file of lava-dl.

    Everything is checked as for reading before anything is written; sets that every file has are filled in.

    Parameters
    ----------
    path : str or Path
    layers : list of Layer
    input_shape : (channels, rows, columns) or (neurons,), optional
        Of what leads to the first layer, where that is no input layer.

    Returns
    -------
    Path

    Raises
    ------
    ValidationError
        As of :func:`import_net`.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from loihi_emu.exchange import Layer, read_net
    >>> cuba = {"type": "CUBA", "iDecay": 4096, "vDecay": 410, "vThMant": 10}
    >>> with TemporaryDirectory() as folder:
    ...     read_net(write_net(f"{folder}/two.net", [Layer("dense", cuba, weight=[[20, -4], [6, 8]])]))
    (<Layer: dense, CUBA, weight, shape, inFeatures, outFeatures>,)
    """
    try:
        import h5py
    except ImportError as problem:
        raise extra("h5py", "netx") from problem
    if not isinstance(layers, Sequence) or not layers or not all(isinstance(k, Layer) for k in layers):
        raise invalid("write_net", "layers", "something else", "a list of loihi_emu.exchange.Layer")
    plan = plan_of(layers, input_shape=input_shape)
    found = {stage.number: stage for stage in plan.stages}
    memory = BytesIO()
    with h5py.File(memory, "w") as file:
        for number, layer in enumerate(layers):
            shape = plan.shapes[number]
            before = found[number].before.shape if number in found else shape
            flat = (*shape, 1, 1) if layer.kind == "flatten" else shape
            _write(file.create_group(f"layer/{number}"), layer, flat, before)
    target = Path(path)
    try:
        with replacing(target) as stream:
            stream.write(memory.getvalue())
    except OSError as problem:
        raise FileError(problem.errno or 0, problem.strerror or str(problem), str(path)) from None
    return target


def _write(group: Any, layer: Layer, shape: tuple[int, ...], before: tuple[int, ...]) -> None:
    """One layer with all sets that lava-dl's files have."""
    kind = "dense" if layer.kind == "dense_comp" else layer.kind  # which is what lava-dl calls it
    group.create_dataset("type", (1,), "S10", [kind.encode("ascii")])
    sets: dict[str, Any] = {**layer.sets, "shape": np.array(shape, np.int64)}
    if kind in ("dense", "dense_rec"):
        sets |= {"inFeatures": prod(before), "outFeatures": prod(shape)}
    if kind in ("conv", "convT", "pool", "unpool"):
        weight = sets["weight"]
        kernel = np.shape(weight["real"] if layer.is_complex else weight)[2:4]
        placed = {**PLACED, "stride": kernel} if kind in ("pool", "unpool") else PLACED
        sets["kernelSize"] = kernel
        for name, default in placed.items():
            sets[name] = np.broadcast_to(np.asarray(sets.get(name, default)).reshape(-1), (2,))
        if kind in ("conv", "convT"):
            sets |= {"inChannels": before[0], "outChannels": shape[0], "groups": sets.get("groups", 1)}
    for name, value in sets.items():
        if isinstance(value, Mapping):
            for part, array in value.items():
                group.create_dataset(f"{name}/{part}", data=np.asarray(array, np.float32))
        elif name in FLOATS and layer.kind != "input":
            array = np.asarray(value, np.float32)
            group.create_dataset(name, data=array)
        else:
            group.create_dataset(name, data=np.asarray(value, np.int64))
    neuron = dict(layer.neuron or {})
    if neuron.get("type") in ("CUBA", "LOIHI"):
        neuron = {**neuron, **{name: neuron.get(name, value) for name, value in CUBA.items()}}
    if neuron.get("type") == "SDNN":
        neuron.setdefault("activation", "relu")
    for name, value in neuron.items():
        group.create_dataset(f"neuron/{name}", data=value)
