"""
A closed loop: keeping a ball in the middle
===========================================

A ball rolls on a beam. Where it is and where it goes reaches the network as spikes, the spikes of two motor populations
tilt the beam, and the ball answers: no event is known beforehand, so the network runs step by step.
"""

import numpy as np
from matplotlib import pyplot as plt

from loihi_emu import Emulator, Network, decay_from_tau

PLACES, MOTORS, STEPS, DT = 41, 20, 6000, 0.001
centres = np.linspace(-1, 1, PLACES)

net = Network("ball", seed=4)
ahead = net.input("ahead", PLACES)  # where the ball will be in 0.4 s: a neuron for each place
cells = net.population("places", PLACES, du=decay_from_tau(3), dv=decay_from_tau(5), vth=60)
left = net.population("left", MOTORS, du=decay_from_tau(5), dv=decay_from_tau(10), vth=np.arange(100, 300, 10))
right = net.population("right", MOTORS, du=decay_from_tau(5), dv=decay_from_tau(10), vth=np.arange(100, 300, 10))
net.connect(ahead, cells, np.eye(PLACES, dtype=int) * 80)
net.connect(cells, left, np.tile(np.rint(np.clip(centres, 0, 1) * 120).astype(int), (MOTORS, 1)))
net.connect(cells, right, np.tile(np.rint(np.clip(-centres, 0, 1) * 120).astype(int), (MOTORS, 1)))
net.probe(left)
net.probe(right)


def roll(emulator: Emulator | None) -> np.ndarray:
    """Place of the ball in every step; without a network the beam stays level."""
    place, speed, tilt, path = 0.6, 0.0, 0.0, np.zeros(STEPS)
    for t in range(STEPS):
        if emulator is not None:
            nearest = int(np.abs(centres - (place + 0.4 * speed)).argmin())
            seen = emulator.step({"ahead": [nearest]})
            tilt = 0.98 * tilt + 0.003 * (len(seen["right"]) - len(seen["left"]))
        speed += DT * 2.0 * tilt + (0.3 if t % 2000 == 1500 else 0.0)  # gravity, and a push now and then
        place += DT * speed
        path[t] = place
    return path


emulator = Emulator(net)
held, alone = roll(emulator), roll(None)
spikes = {name: emulator.recording.spikes(name) for name in ("left", "right")}

figure = plt.figure(figsize=(9, 5), layout="constrained")
ball, motors = figure.subplots(2, 1, sharex=True)
ball.plot(held, label="with the network")
ball.plot(np.clip(alone, -1, 1), "--", label="beam level")
ball.set(ylabel="place of the ball", ylim=(-1, 1))
ball.legend()
for row, (name, found) in enumerate(spikes.items()):
    motors.plot(found.times, found.indices + row * MOTORS, ".", markersize=2, label=name)
motors.set(xlabel="step", ylabel="motor neuron")
motors.legend(loc="upper right")
