"""The program that runs Mt-KaHyPar: arrays from standard input, the block of each vertex to standard output.

It imports nothing of this package, so that it starts soon. No blocks are written if those given cannot hold all.
"""

from __future__ import annotations

import os
import sys
from typing import BinaryIO

import numpy as np

SEED, THREADS = 1, 1
"""With one thread the same seed gives the same partition."""


def main(given: BinaryIO, answer: BinaryIO) -> None:
    """Partition what `given` holds: edges (starts, pins, weights), weights of vertices and most of each block."""
    import mtkahypar  # an extra: whoever starts this has looked for it

    with np.load(given) as arrays:
        starts, pins, weights, vertices, blocks = (
            arrays[name] for name in ("starts", "pins", "weights", "vertices", "blocks")
        )
    library = mtkahypar.initialize(THREADS, False)
    mtkahypar.set_seed(SEED)
    context = library.context_from_preset(mtkahypar.PresetType.DEFAULT)
    context.set_partitioning_parameters(len(blocks), 0.0, mtkahypar.Objective.KM1)
    context.set_individual_target_block_weights(blocks.tolist())
    context.logging = False
    edges = [part.tolist() for part in np.split(pins, starts[1:-1])]
    try:
        graph = library.create_hypergraph(
            context, len(vertices), len(edges), edges, vertices.tolist(), weights.tolist()
        )
        block = graph.partition(context).get_partition()
    except (mtkahypar.InvalidInputError, mtkahypar.InvalidParameterError):
        block = []
    np.save(answer, np.asarray(block, np.int64))


if __name__ == "__main__":
    with os.fdopen(os.dup(1), "wb") as output:
        os.dup2(2, 1)  # whatever the library prints is no part of the answer
        main(sys.stdin.buffer, output)
