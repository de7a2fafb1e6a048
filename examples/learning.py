"""Online training: a synapse whose spikes come before those of its target grows, one whose come after shrinks."""

import numpy as np
from lava.magma.core.run_conditions import RunSteps
from lava.magma.core.run_configs import Loihi2SimCfg
from lava.proc.dense.process import Dense, LearningDense
from lava.proc.io.source import RingBuffer
from lava.proc.learning_rules.stdp_learning_rule import STDPLoihi
from lava.proc.lif.process import LIF

STEPS = 80
spikes = np.zeros((3, STEPS), int)
spikes[0, 9::20] = 1  # before the target
spikes[1, 12::20] = 1  # after it
teacher = np.zeros((1, STEPS), int)
teacher[0, 10::20] = 1

rule = STDPLoihi(learning_rate=1, A_plus=1, A_minus=-1, tau_plus=10, tau_minus=10, t_epoch=1)
synapses = LearningDense(weights=np.full((1, 3), 50.0), learning_rule=rule)
target = LIF(shape=(1,), du=4095, dv=4095, vth=200)

source, teaching, forced = RingBuffer(data=spikes), RingBuffer(data=teacher), Dense(weights=np.array([[255]]))
source.s_out.connect(synapses.s_in)
synapses.a_out.connect(target.a_in)
teaching.s_out.connect(forced.s_in)
forced.a_out.connect(target.a_in)
target.s_out.connect(synapses.s_in_bap)

target.run(RunSteps(num_steps=STEPS), run_cfg=Loihi2SimCfg(select_tag="fixed_pt"))
early, late, silent = synapses.weights.get()[0]
print(f"weights from 50: early {early:.0f}, late {late:.0f}, silent {silent:.0f}")
target.stop()
