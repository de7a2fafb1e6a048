"""What makes two networks the same to a checkpoint and to a file of a run, whatever was set between."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

from loihi_emu.network.synapse_order import unpacked

if TYPE_CHECKING:
    from loihi_emu.image.build import Image

LEARNED = "learn."


def structure(image: Image) -> str:
    """Digest of what can never be changed: rules, seed, populations, which synapses there are, and the memory."""
    network = image.network
    digest = hashlib.sha256(f"{network.rules} {network.seed}".encode())
    digest.update(repr([[p.name for p in group.populations] for group in image.groups]).encode())
    seen = {view.key for view in image.chip_views.values()}  # probes may be others, and epochs can be set
    shapes = [(name, shape) for name, (shape, _) in image.state_shapes().items()]
    fixed = [(name, shape) for name, shape in shapes if not name.startswith(LEARNED) and name not in seen]
    digest.update(repr(fixed).encode())
    for p in network.populations.values():
        digest.update(f"{p.name} {p.shape} {p.model} {p.noise!r}".encode())
    for i in network.inputs.values():
        digest.update(f"{i.name} {i.shape} {i.rate is None}".encode())
    for c in network.connections.values():
        c = c if c.drawn else unpacked(c)
        port = f".{c.port}" if c.has_choice_of_ports else ""
        digest.update(f"{c.name} {c.pre.name} {c.post.name}{port} {c.kind}".encode())
        digest.update(f"{c.values.shape if c.recipe is None else c.recipe.settings()}".encode())
        digest.update(f"{c.weight_exp} {c.weight_bits} {c.sign_mode} {c.graded} {c.scaled}".encode())
        if c.learning is not None:
            digest.update(f"{c.learning.factors} {image.learners[c.name].has_tags}".encode())
        if c.conv is not None:
            digest.update(f"{c.conv.stride} {c.conv.padding} {c.conv.dilation} {c.conv.groups}".encode())
        if c.recipe is not None:
            continue  # its synapses are those that the recipe draws
        for array in (c.delays if c.learning is None else None, c.indptr, c.indices, c.order):
            if array is not None:
                digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()
