"""Stock processes of continual learning with prototypes as kernels."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from lava_api.magma.kernels.base import DATA, PythonFallback
from lava_api.magma.kernels.messages import STORED, Feed, Message
from lava_api.magma.kernels.vector import Vector
from lava_api.proc.lif.kernels import FAR, SHORT, STRONG, whole
from loihi_emu.models.lava import prototypes as at
from loihi_emu.models.memory import Description


class Novelty(Vector):
    """NoveltyDetector."""

    leaf, record = "prototypes:novelty", at.NOVELTY
    inputs = ("input_aval_in", "output_aval_in")
    sends = ("novelty_detected_out",)

    def calls(self, feeds: dict[str, Feed]) -> Iterable[tuple[str, Description]]:
        found = list(super().calls(feeds))
        self.d.input_size, self.d.output_size = (feeds[name].data.size for name in self.inputs)
        self.d.clock = self.clock = np.array([self.model.waiting, self.model.t_passed], np.int64)
        self.d.t_wait = self.model.t_wait
        return found


class AllocatorKernel(Vector):
    """Allocator."""

    leaf, record = "prototypes:allocator", at.ALLOCATOR
    inputs = ("trigger_in",)
    sends = ("allocate_out",)
    states = ("next_alloc_id",)


class ReadoutKernel(Vector):
    """Readout."""

    leaf, record = "prototypes:readout", at.READOUT
    inputs = ("inference_in", "label_in")
    sends = ("user_output", "trigger_alloc")

    def bind(self) -> None:
        super().bind()
        self.status = np.zeros(1, np.int64)

    def outputs(self) -> dict[str, Message]:
        d_type = type(self.model).feedback.d_type
        self.feedback = Message(self.process.feedback.shape, d_type)
        return super().outputs() | {"feedback": self.feedback}

    def calls(self, feeds: dict[str, Feed]) -> Iterable[tuple[str, Description]]:
        found = list(super().calls(feeds))
        d = self.d
        d.prototypes, d.feedback, d.status = feeds["inference_in"].data.size, self.feedback.data, self.status
        d.proto_labels, d.last_winner_id = self.model.proto_labels, self.model.last_winner_id
        return found

    def failure(self) -> Exception:
        """A label for a last winner, set from outside, that is none of the prototypes."""
        last, n = int(self.model.last_winner_id[0]), self.model.proto_labels.size
        return IndexError(f"{self.process.name}, last_winner_id: got {last}, must be from 0 to {n - 1}")


class Broadcast(Vector):
    """IdBroadcast."""

    leaf, record = "prototypes:broadcast", at.BROADCAST
    takes = "int64"
    states = ("val",)


class Prototype(Vector):
    """PrototypeLIF."""

    leaf, record = "prototypes:prototype", at.PROTOTYPE
    int16_bits = SHORT
    inputs = ("a_in", "reset_in", "a_third_factor_in")
    sends = ("s_out", "s_out_bap")
    states = ("u", "v", "y1")

    def bind(self) -> None:
        super().bind()
        for name in ("du", "dv", "vth"):
            whole(getattr(self.model, name), name)
            self.fits(name)
        if np.abs(self.model.bias_exp).max(initial=0) > 31:
            raise PythonFallback("bias_exp")
        self.picked = np.zeros(1, np.int64)
        self.status = np.zeros(1, np.int64)

    def wants(self, port: str, d_type: np.dtype[Any]) -> tuple[str, int]:
        if d_type.name not in ("int16", "int32"):
            raise PythonFallback(f"{port}: {d_type}")
        return DATA, STORED["int32"]

    def outputs(self) -> dict[str, Message]:
        found = super().outputs()
        for name in ("y1", "y2", "y3"):
            port, d_type = getattr(self.process, f"s_out_{name}"), getattr(type(self.model), f"s_out_{name}").d_type
            found[f"s_out_{name}"] = Message(port.shape, d_type, data=getattr(self.model, name))
        return found

    def calls(self, feeds: dict[str, Feed]) -> Iterable[tuple[str, Description]]:
        found = list(super().calls(feeds))
        self.d.status, self.d.picked = self.status, self.picked
        return found

    def refresh(self) -> None:
        model = self.model
        model.scale_bias()
        if not model.isthrscaled:
            model.scale_threshold()
            self.put("vth", np.clip(model.effective_vth, -FAR, FAR))
        self.put("keep_u", model.decay_unity - (np.asarray(model.du, np.int64) + model.ds_offset))
        self.put("keep_v", model.decay_unity - (np.asarray(model.dv, np.int64) + model.dm_offset))
        self.put("bias", np.clip(model.effective_bias, -STRONG, STRONG))

    def failure(self) -> Exception:
        """A number that no prototype has."""
        return self.model.out_of_range(int(self.picked[0]), self.n)  # type: ignore[no-any-return]
