"""NumPy model of a monitor."""

from __future__ import annotations

from abc import ABCMeta
from typing import Any

import numpy as np

from lava_api.magma.core.model.py.declare import PyLoihiProcessModel, model_of
from lava_api.magma.core.model.py.ports import PyInPort, PyRefPort
from lava_api.magma.core.model.py.type import LavaPyType
from lava_api.proc.monitor.process import Monitor

MEMBERS = {
    "ref_port_": LavaPyType(PyRefPort.VEC_DENSE, int),
    "in_port_": LavaPyType(PyInPort.VEC_DENSE, int),
    "var_read_": LavaPyType(np.ndarray, float, precision=24),
    "out_read_": LavaPyType(np.ndarray, float, precision=24),
}
"""Types of numbered members by the prefix of their names."""


class _NumberedMembers(ABCMeta):
    """Gives the class a type for every number that a monitor may use."""

    def __getattr__(cls, name: str) -> Any:
        prefix = name.rstrip("0123456789")
        if prefix in MEMBERS and prefix != name:
            return MEMBERS[prefix]
        raise AttributeError(name)


@model_of(Monitor, kernel="lava_api.proc.monitor.kernels:MonitorKernel")
class PyMonitorModel(PyLoihiProcessModel, metaclass=_NumberedMembers):
    """:class:`Monitor`: messages are received in each step, variables read after all updates."""

    def post_guard(self) -> bool:
        return bool(self.proc_params["RefPorts"])

    def run_spk(self) -> None:
        for port, record in zip(self.proc_params["InPorts"], self.proc_params["VarsData2"], strict=True):
            self._write(record, getattr(self, port).recv())

    def run_post_mgmt(self) -> None:
        for port, record in zip(self.proc_params["RefPorts"], self.proc_params["VarsData1"], strict=True):
            self._write(record, getattr(self, port).read())

    def _write(self, record: str, values: Any) -> None:
        rows = getattr(self, record)
        if self.time_step > len(rows):
            raise self.too_long(self.time_step, len(rows))
        rows[self.time_step - 1] = values

    @staticmethod
    def too_long(step: int, rows: int) -> IndexError:
        """Return the error of a step beyond the record."""
        return IndexError(
            f"Monitor: step {step} is beyond probe(..., num_steps={rows}); num_steps must count the steps of all runs"
        )
