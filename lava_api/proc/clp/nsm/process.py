"""Readout and Allocator: labels of prototypes, and which prototype learns next."""

from __future__ import annotations

from typing import Any

import numpy as np

from lava_api.proc._process import AbstractProcess, InPort, OutPort, Var, variables


class Readout(AbstractProcess):
    """Tell the label of the prototype that answers, and compare it with the user's.

    Each step ``user_output`` sends the label of the prototype whose spike arrives at ``inference_in``, 0 for none. A
    prototype without label gets the pseudo-label -1 - index. When the user's label arrives at ``label_in``, it is given
    to the last winner if that has a pseudo-label; otherwise ``feedback`` sends 1 if both are equal, or -1, and then
    ``trigger_alloc`` sends 1.

    Parameters
    ----------
    n_protos : int
        Number of prototypes.
    proto_labels : ndarray of int, optional
        Labels at the start, 0 for none.
    """

    def __init__(self, *, n_protos: int, proto_labels: Any = None) -> None:
        labels = np.zeros(n_protos, dtype=int) if proto_labels is None else proto_labels
        super().__init__(proto_labels=labels, n_protos=n_protos)
        self.inference_in = InPort(shape=(n_protos,))
        self.label_in = InPort(shape=(1,))
        self.user_output = OutPort(shape=(1,))
        self.feedback = OutPort(shape=(1,))
        self.trigger_alloc = OutPort(shape=(1,))
        self.proto_labels = Var(shape=(n_protos,), init=labels)
        self.last_winner_id = Var(shape=(1,), init=0)


class Allocator(AbstractProcess):
    """Send the number of the next free prototype (from 1) through ``allocate_out`` when triggered, otherwise 0.

    Parameters
    ----------
    n_protos : int
        Number of prototypes.
    next_alloc_id : int
        Number of the prototype that is taken first.
    """

    def __init__(self, *, n_protos: int, next_alloc_id: int = 1) -> None:
        super().__init__(n_protos=n_protos, next_alloc_id=next_alloc_id)
        self.trigger_in = InPort(shape=(1,))
        self.allocate_out = OutPort(shape=(1,))
        self.next_alloc_id, self.n_protos = variables((1,), next_alloc_id, n_protos)
