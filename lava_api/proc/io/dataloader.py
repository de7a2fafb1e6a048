"""Play the samples of a data set, one after the other, into spikes or into a variable."""

from __future__ import annotations

from typing import Any

import numpy as np

from lava_api.magma.core.model.py.declare import ProcessParameters, array, model_of, out_port, ref_port
from lava_api.proc._process import OutPort, Referring, RefPort, Var
from lava_api.proc.io._timed import Regular, Timed
from loihi_emu.errors import invalid


class AbstractDataloader(Regular):
    """A data set and when its samples are loaded.

    Parameters
    ----------
    gt_shape : tuple of int
        Shape of a label.
    dataset : sequence
        Pairs (sample, label); after the last one the first follows.
    interval : int
        Steps from one sample to the next.
    offset : int
        A sample is loaded at the end of the steps t (the first is 1) with ``(t - 1) % interval == offset % interval``.
    """

    def __init__(self, gt_shape: tuple[int, ...], dataset: Any, interval: int = 1, offset: int = 0) -> None:
        super().__init__(interval=interval, offset=offset, saved_dataset=dataset)
        self.ground_truth = OutPort(shape=gt_shape)


def _first(process: object, dataset: Any) -> tuple[Any, tuple[int, ...]]:
    """First sample and the shape of its label; a number has shape (1,)."""
    if hasattr(dataset, "__len__") and not len(dataset):
        raise invalid(type(process).__name__, "dataset", "an empty one", "at least one pair (sample, label)")
    sample, label = dataset[0]
    return np.asarray(sample), np.shape(label) or (1,)


class StateDataloader(Referring, AbstractDataloader):
    """Write each sample into a variable of another process; ``ground_truth`` sends its label from the next step on.

    Parameters
    ----------
    dataset : sequence
        Pairs (sample, label), samples in the variable's shape.
    interval, offset : int
        When samples are loaded, see :class:`AbstractDataloader`.
    """

    def __init__(self, *, dataset: Any, interval: int = 1, offset: int = 0) -> None:
        sample, gt_shape = _first(self, dataset)
        super().__init__(gt_shape=gt_shape, dataset=dataset, interval=interval, offset=offset)
        self.state = RefPort(sample.shape)


class SpikeDataloader(AbstractDataloader):
    """Send each sample as spikes, from the step after it was loaded on; ``ground_truth`` sends its label along.

    Parameters
    ----------
    dataset : sequence
        Pairs (sample, label), time on the last axis of a sample. What is longer than the interval is cut off, what is
        shorter is followed by zeros.
    interval, offset : int
        When samples are loaded, see :class:`AbstractDataloader`.
    """

    def __init__(self, *, dataset: Any, interval: int = 1, offset: int = 0) -> None:
        sample, gt_shape = _first(self, dataset)
        super().__init__(gt_shape=gt_shape, dataset=dataset, interval=interval, offset=offset)
        shape = sample.shape[:-1]
        self.s_out = OutPort(shape=shape)
        self.data = Var(shape=(*shape, interval), init=np.zeros((*shape, interval)))


class AbstractPyDataloaderModel(Timed):
    """Models that load samples and send their labels."""

    CALLS = ("saved_dataset",)

    ground_truth = out_port(float)

    def __init__(self, proc_params: ProcessParameters) -> None:
        super().__init__(proc_params)
        self.dataset = proc_params["saved_dataset"]
        self.next_sample = 0
        self.label: Any = 0

    def load(self) -> Any:
        """Return the next sample and keep its label."""
        if self._party is not None:
            self._party.enter()
        sample, self.label = self.dataset[self.next_sample]
        self.next_sample = (self.next_sample + 1) % len(self.dataset)
        return np.asarray(sample)

    def run_spk(self) -> None:
        self.ground_truth.send(np.broadcast_to(np.asarray(self.label, dtype=float), self.ground_truth.shape))


class AbstractPyStateDataloaderModel(AbstractPyDataloaderModel):
    """Models of :class:`StateDataloader`."""

    state: Any = None

    def run_post_mgmt(self) -> None:
        self.state.write(self.load())


class AbstractPySpikeDataloaderModel(AbstractPyDataloaderModel):
    """Models of :class:`SpikeDataloader`."""

    s_out: Any = None
    data: Any = None

    def run_spk(self) -> None:
        AbstractPyDataloaderModel.run_spk(self)
        # loaded at the end of step offset + 1, so that the first column goes out in step offset + 2
        self.s_out.send(self.data[..., (self.time_step - 2 - self.offset.item()) % self.data.shape[-1]])

    def run_post_mgmt(self) -> None:
        sample = self.load()[..., : self.data.shape[-1]]
        self.data[..., : sample.shape[-1]] = sample
        self.data[..., sample.shape[-1] :] = 0


@model_of(StateDataloader, "fixed_pt", kernel="lava_api.proc.io.kernels:StateLoader")
class PyStateModelFixed(AbstractPyStateDataloaderModel):
    """Write int32."""

    state = ref_port(np.int32)


@model_of(StateDataloader, "floating_pt", kernel="lava_api.proc.io.kernels:StateLoader")
class PyStateModelFloat(AbstractPyStateDataloaderModel):
    """Write float64."""

    state = ref_port(float)


@model_of(SpikeDataloader, "fixed_pt", kernel="lava_api.proc.io.kernels:SpikeLoader")
class PySpikeModelFixed(AbstractPySpikeDataloaderModel):
    """Send int32."""

    s_out = out_port(np.int32)
    data = array(np.int32)


@model_of(SpikeDataloader, "floating_pt", kernel="lava_api.proc.io.kernels:SpikeLoader")
class PySpikeModelFloat(AbstractPySpikeDataloaderModel):
    """Send float64."""

    s_out = out_port(float)
    data = array(float)
