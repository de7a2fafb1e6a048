"""Monitor as a kernel."""

from __future__ import annotations

from typing import Any

import numpy as np

from lava_api.magma.kernels.base import Kernel
from lava_api.magma.kernels.later_phases import Managing
from lava_api.magma.kernels.leaf_calls import Call, Calls
from lava_api.magma.kernels.messages import RECORDED
from lava_api.magma.kernels.records import record, referred, variable_array
from lava_api.magma.kernels.supply import StepSupply
from lava_api.magma.kernels.wanted import DATA, Feeds, PythonFallback, held
from loihi_emu.models.memory import Array


class MonitorKernel(Kernel, Managing, StepSupply):
    """Rows of variables and messages."""

    def bind(self) -> None:
        super().bind()
        params = self.process.proc_params
        self.messages = list(zip(params["InPorts"], params["VarsData2"], strict=True))
        self.variables = []
        for port, name in zip(params["RefPorts"], params["VarsData1"], strict=True):
            var = referred(getattr(self.process, port))
            if var is None or var.shape != getattr(self.process, port).shape:
                self.post_mgmt_in_python = True
            self.variables.append((var, name))
        self.rows = [len(getattr(self.model, name)) for _, name in (*self.messages, *self.variables)]
        if 0 in self.rows:
            raise PythonFallback("num_steps")

    def wants(self, port: str, d_type: np.dtype[Any]) -> tuple[str, int]:
        return DATA, held(port, d_type)

    def calls(self, feeds: Feeds) -> Calls:
        return [self._record(name, feeds[port].data, feeds[port].kind) for port, name in self.messages]

    def managed(self) -> Calls:
        for var, name in self.variables:
            source = variable_array(var)
            yield self._record(name, source, RECORDED[source.dtype.name])

    def _record(self, name: str, source: Array, kind: int) -> Call:
        rows = getattr(self.model, name)
        return record(source, kind, rows, stride=1, pitch=source.size, length=len(rows))

    def provide(self, done: int) -> int | None:
        rows = min(self.rows, default=None)
        if rows is not None and done >= rows:
            raise self.model.too_long(done + 1, rows)
        return None if rows is None else rows - done
