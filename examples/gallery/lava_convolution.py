"""
Lava: a convolution, and what changed
=====================================

A convolution finds one edge of a spot that moves; sigma-delta neurons send only what changed by more than their
threshold. How much is sent falls with the threshold, and so does how exactly the picture is known.
"""

import lava_api.as_lava  # noqa: F401, I001 (first: it makes lava importable)

import numpy as np
from lava.magma.core.run_conditions import RunSteps
from lava.magma.core.run_configs import Loihi2SimCfg
from lava.proc.conv.process import Conv
from lava.proc.io.sink import RingBuffer as Sink
from lava.proc.io.source import RingBuffer as Source
from lava.proc.sdn.process import ActivationMode, Delta, Sigma, SigmaDelta
from matplotlib import pyplot as plt

SIZE, STEPS = 24, 40
y, x = np.mgrid[0:SIZE, 0:SIZE]
spots = [60 * np.exp(-((y - 12) ** 2 + (x - 6 - t / 4) ** 2) / 20) for t in range(STEPS)]
frames = np.rint(np.stack(spots, axis=-1)).astype(int)[:, :, None]  # (row, column, channel, step)
kernel = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])[None, :, :, None] * 4


def sent(vth):
    """All that arrives behind the convolution, frame by frame, and how many values were sent."""
    source = Source(data=frames)
    changes = Delta(shape=(SIZE, SIZE, 1), vth=vth)
    conv = Conv(weight=kernel, input_shape=(SIZE, SIZE, 1), num_message_bits=16)
    edges = SigmaDelta(shape=conv.a_out.shape, vth=vth, act_mode=ActivationMode.RELU)
    total, sink = Sigma(shape=conv.a_out.shape), Sink(shape=conv.a_out.shape, buffer=STEPS)
    events = Sink(shape=(SIZE, SIZE, 1), buffer=STEPS)
    source.s_out.connect(changes.a_in)
    changes.s_out.connect(conv.s_in)
    changes.s_out.connect(events.a_in)
    conv.a_out.connect(edges.a_in)
    edges.s_out.connect(total.a_in)
    total.s_out.connect(sink.a_in)
    total.run(RunSteps(num_steps=STEPS), run_cfg=Loihi2SimCfg(select_tag="fixed_pt"))
    picture, count = sink.data.get(), np.count_nonzero(events.data.get())
    total.stop()
    return picture, count


panels = plt.figure(figsize=(10, 3), layout="constrained").subplots(1, 4)
panels[0].imshow(frames[..., 0, -3], cmap="Greys")
panels[0].set_title("frame")
for panel, vth in zip(panels[1:], (1, 6, 20), strict=True):
    picture, count = sent(vth)
    panel.imshow(picture[..., 0, -1], cmap="magma")
    panel.set_title(f"threshold {vth}: {count} sent")
for panel in panels:
    panel.set_axis_off()
