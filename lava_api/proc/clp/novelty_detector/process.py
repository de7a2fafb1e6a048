"""A process that reports inputs to which the system gives no output in time."""

from __future__ import annotations

from lava_api.proc._process import AbstractProcess, InPort, OutPort, Var


class NoveltyDetector(AbstractProcess):
    """Send 1 through ``novelty_detected_out`` when an input has not been answered for `t_wait` steps, otherwise 0.

    A number other than 0 at ``input_aval_in`` starts the clock (anew), one at ``output_aval_in`` stops it.

    Parameters
    ----------
    t_wait : int
        Steps that an answer may take.
    """

    def __init__(self, *, t_wait: int) -> None:
        super().__init__(t_wait=t_wait)
        self.input_aval_in = InPort(shape=(1,))
        self.output_aval_in = InPort(shape=(1,))
        self.novelty_detected_out = OutPort(shape=(1,))
        self.t_wait = Var(shape=(1,), init=t_wait)
