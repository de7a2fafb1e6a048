"""Diagonal state-space models (S4D), alone and between a sigma and a delta stage."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import csr_matrix

from lava_api.proc._process import InPort, OutPort, Shaped, Var, variables
from lava_api.proc.sdn.process import ActivationMode, SigmaDelta


class S4d(Shaped):
    """State-space neurons with a diagonal transition: ``x = a x + b a_in;  s_out = Re(2 c x)`` (floating point only).

    Parameters
    ----------
    shape : tuple of int
        Shape of the population.
    a, b, c : array
        Diagonals of the state, input and output matrices; real or complex.
    s4_state : scalar or array
        Initial state x.
    s4_exp, inp_exp : int
        Exponents of a fixed-point model; kept, without effect.
    """

    def __init__(
        self, shape: tuple[int, ...], a: Any, b: Any, c: Any, s4_state: Any = 0, s4_exp: int = 0, inp_exp: int = 0
    ) -> None:
        super().__init__(shape=shape, a=a, b=b, c=c, s4_state=s4_state, s4_exp=s4_exp, inp_exp=inp_exp)
        self.a_in = InPort(shape=shape)
        self.s_out = OutPort(shape=shape)
        self.a, self.b, self.c, self.s4_state = variables(shape, a, b, c, s4_state)
        self.s4_exp, self.inp_exp = variables((1,), s4_exp, inp_exp)


class SigmaS4dDelta(SigmaDelta):
    """Sum up inputs, apply a diagonal state-space model, send changes (floating point only).

    ``sigma += a_in;  x = a x + b sigma;  y = 2 c x``, then changes of y as in
    :class:`~lava_api.proc.sdn.process.Delta`.

    Parameters
    ----------
    shape : tuple of int
        Shape of the population.
    vth : float
        Threshold.
    a, b, c : array
        Diagonals of the state, input and output matrices, real.
    state_exp : int
        The threshold is multiplied with 2^state_exp.
    s4_exp : int
        Exponent of a fixed-point model; kept, without effect.
    """

    def __init__(
        self, shape: tuple[int, ...], vth: Any, a: Any, b: Any, c: Any, state_exp: int = 0, s4_exp: int = 0
    ) -> None:
        super().__init__(
            shape=shape, vth=vth, state_exp=state_exp, act_mode=ActivationMode.UNIT, a=a, b=b, c=c, s4_exp=s4_exp
        )
        self.a, self.b, self.c, self.s4_state = variables(shape, a, b, c, 0)
        self.s4_exp = Var(shape=(1,), init=s4_exp)


class SigmaS4dDeltaLayer(Shaped):
    """A layer of :class:`SigmaS4dDelta` with several states for each input, whose outputs are added up.

    Parameters
    ----------
    shape : tuple of int
        (n,), the width of input and output.
    vth, state_exp, s4_exp
        As for :class:`SigmaS4dDelta`.
    a, b, c : array
        Diagonals for the n * d_states states, those of one input side by side.
    d_states : int
        States for each input.
    num_message_bits : int
        0 for binary messages, otherwise graded.
    """

    def __init__(
        self,
        shape: tuple[int, ...],
        vth: ArrayLike,
        a: Any,
        b: Any,
        c: Any,
        d_states: int = 1,
        s4_exp: int = 0,
        num_message_bits: int = 24,
        state_exp: int = 0,
    ) -> None:
        conn_weights = csr_matrix(np.kron(np.eye(shape[0]), np.ones(d_states)))
        super().__init__(
            shape=shape, vth=vth, a=a, b=b, c=c, d_states=d_states, s4_exp=s4_exp, num_message_bits=num_message_bits,
            state_exp=state_exp, conn_weights=conn_weights,
        )  # fmt: skip
        states = (shape[0] * d_states,)
        self.s_in = InPort(shape=shape)
        self.a_out = OutPort(shape=shape)
        self.state_exp = Var(shape=(1,), init=state_exp)
        self.a, self.b, self.c, self.s4_state = variables(states, a, b, c, 0)
        self.S4_exp = Var(shape=(1,), init=s4_exp)
        self.conn_weights = Var(shape=conn_weights.shape, init=conn_weights.toarray())
        self.num_message_bits = Var(shape=(1,), init=num_message_bits)
