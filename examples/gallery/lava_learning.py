"""
Lava: a synapse that learns
===========================

``LearningDense`` with Lava's STDP rule: a presynaptic spike before the target's strengthens, one after it weakens.
"""

import lava_api.as_lava  # noqa: F401, I001 (first: it makes lava importable)

import numpy as np
from lava.magma.core.run_conditions import RunSteps
from lava.magma.core.run_configs import Loihi2SimCfg
from lava.proc.dense.process import Dense, LearningDense
from lava.proc.io.source import RingBuffer
from lava.proc.learning_rules.stdp_learning_rule import STDPLoihi
from lava.proc.lif.process import LIF
from lava.proc.monitor.process import Monitor
from matplotlib import pyplot as plt

STEPS, LAGS = 600, np.arange(-9, 10, 2)
teacher, early_or_late = np.zeros((1, STEPS), int), np.zeros((len(LAGS), STEPS), int)
for spike in range(30, STEPS - 20, 40):
    teacher[0, spike] = 1
    for k, lag in enumerate(LAGS):
        early_or_late[k, spike + 1 + lag] = 1  # the target spikes one step after the teacher

rule = STDPLoihi(learning_rate=1, A_plus=1, A_minus=-1, tau_plus=10, tau_minus=10, t_epoch=1)
learning = LearningDense(weights=np.full((1, len(LAGS)), 60.0), learning_rule=rule, name="learning")
target = LIF(shape=(1,), du=4095, dv=4095, vth=200)
source, teaching, forced = RingBuffer(data=early_or_late), RingBuffer(data=teacher), Dense(weights=np.array([[255]]))
source.s_out.connect(learning.s_in)
learning.a_out.connect(target.a_in)
teaching.s_out.connect(forced.s_in)
forced.a_out.connect(target.a_in)
target.s_out.connect(learning.s_in_bap)
monitor = Monitor()
monitor.probe(learning.weights, STEPS)
target.run(RunSteps(num_steps=STEPS), run_cfg=Loihi2SimCfg(select_tag="fixed_pt"))
weights = monitor.get_data()["learning"]["weights"].reshape(STEPS, -1)
target.stop()

axes = plt.figure(figsize=(7, 4), layout="constrained").subplots()
for k, color in enumerate(plt.colormaps["coolwarm"](np.linspace(0, 1, len(LAGS)))):
    axes.plot(weights[:, k], color=color, label=f"{LAGS[k]:+d}")
axes.set(xlabel="time (steps)", ylabel="weight")
axes.legend(title="spike after the target's by", ncols=2, fontsize="small")
