"""Stock processes of continual learning with prototypes as kernels."""

from __future__ import annotations

from typing import Any

import numpy as np

from lava_api.magma.kernels.messages import Message
from lava_api.magma.kernels.vector import FallibleVector, Vector
from lava_api.magma.kernels.wanted import DATA, Feeds, held
from lava_api.proc.lif.kernels import SHORT, fixed_parameters, sent_traces, shiftable, whole, within
from loihi_emu.models.lava import prototypes as at


class Novelty(Vector):
    """NoveltyDetector."""

    leaf, record = "prototypes:novelty", at.NOVELTY
    inputs = ("input_aval_in", "output_aval_in")
    sends = ("novelty_detected_out",)

    def describe(self, feeds: Feeds) -> None:
        self.d.input_size, self.d.output_size = (feeds[name].data.size for name in self.inputs)
        self.d.clock = self.clock = np.array([self.model.waiting, self.model.t_passed], np.int64)
        self.d.t_wait = self.model.t_wait


class AllocatorKernel(Vector):
    """Allocator."""

    leaf, record = "prototypes:allocator", at.ALLOCATOR
    inputs = ("trigger_in",)
    sends = ("allocate_out",)
    states = ("next_alloc_id",)


class ReadoutKernel(FallibleVector):
    """Readout."""

    leaf, record = "prototypes:readout", at.READOUT
    inputs = ("inference_in", "label_in")
    sends = ("user_output", "trigger_alloc", "feedback")

    def describe(self, feeds: Feeds) -> None:
        d, model = self.d, self.model
        d.prototypes = feeds["inference_in"].data.size
        d.proto_labels, d.last_winner_id = model.proto_labels, model.last_winner_id

    def failure(self) -> Exception:
        """A label for a last winner, set from outside, that is none of the prototypes."""
        last, n = int(self.model.last_winner_id[0]), self.model.proto_labels.size
        return IndexError(f"{self.process.name}, last_winner_id: got {last}, must be from 0 to {n - 1}")


class Broadcast(Vector):
    """IdBroadcast."""

    leaf, record = "prototypes:broadcast", at.BROADCAST
    takes = "int64"
    states = ("val",)


class Prototype(FallibleVector):
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
        shiftable(self.model)

    def wants(self, port: str, d_type: np.dtype[Any]) -> tuple[str, int]:
        return DATA, held(port, d_type, ("int16", "int32"))

    def outputs(self) -> dict[str, Message]:
        return super().outputs() | sent_traces(self)

    def describe(self, feeds: Feeds) -> None:
        self.d.picked = self.picked = np.zeros(1, np.int64)

    def refresh(self) -> None:
        if not self.model.isthrscaled:
            self.model.scale_threshold()
            self.put("vth", within(self.model.effective_vth))
        for name, values in fixed_parameters(self.model).items():
            self.put(name, values)

    def failure(self) -> Exception:
        """A number that no prototype has."""
        return self.model.out_of_range(int(self.picked[0]), self.n)  # type: ignore[no-any-return]
