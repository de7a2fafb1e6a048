"""
Learning from reward and punishment
===================================

Which of four actions belongs to which of eight cues? A cue makes its ten inputs fire; four neurons compete, and the
one that spikes most is the action. Pairings of spikes write tags; then a reward (or a punishment) turns tags into
changes of weights, by ``signed_reward_stdp``. In the control rewards are shuffled: they say nothing about the action,
and nothing is learned.
"""

import numpy as np
from matplotlib import pyplot as plt

from loihi_emu import Emulator, Network, Noise
from loihi_emu.learning import signed_reward_stdp

CUES, ACTIONS, INPUTS = 8, 4, 10
SHOWN, TRIAL = 30, 45
"""Steps in which a cue is there, and of a trial; the reward comes when the cue has gone."""
TRAINED, TESTED = 400, 160
REWARD, PUNISHMENT = 24, -12


def association(seed: int, cues: np.ndarray) -> Emulator:
    """The network, with the cues of all trials as its input."""
    rng = np.random.default_rng([seed, 1])
    trial, step, which = np.nonzero(rng.random((len(cues), SHOWN, INPUTS)) < 0.2)
    net = Network("association", seed=seed)
    cue = net.input("cue", CUES * INPUTS, spikes=(trial * TRIAL + step, cues[trial] * INPUTS + which))
    action = net.population("action", ACTIONS, du=1000, dv=400, vth=400, vmin=0, noise=Noise("v", exp=12))
    reward = net.input("reward", 1, spikes=([0], [0]), payloads=[0])
    net.connect(
        cue, action, np.full((ACTIONS, CUES * INPUTS), 60), name="learns", sign_mode="excitatory",
        learning=signed_reward_stdp(0.25, 0, rate=0.0078125, forget=0.03125), factors={"y3": reward},
    )  # fmt: skip
    net.connect(action, action, -200 * (1 - np.eye(ACTIONS, dtype=int)), weight_exp=1, sign_mode="inhibitory")
    net.probe(action)
    return Emulator(net)


def learn(seed: int, shuffled: bool = False) -> tuple[np.ndarray, float]:
    """Train and test.

    Parameters
    ----------
    seed : int
        Decides about the right answers, the cues, the noise and all rounding.
    shuffled : bool
        Give rewards at random, as often as a guess is right.

    Returns
    -------
    correct : array of bool
        Of every trial of the training.
    accuracy : float
        Of the test that follows, without learning and rewards.
    """
    rng = np.random.default_rng([seed, 2])
    right = rng.integers(0, ACTIONS, CUES)
    cues = rng.integers(0, CUES, TRAINED + TESTED)
    emulator = association(seed, cues)
    correct = np.zeros(len(cues), bool)
    for k, cue in enumerate(cues):
        if k == TRAINED:
            emulator.set("learns", "learning", False)
        counts = emulator.run(SHOWN).spike_counts("action")
        chosen = rng.choice(np.flatnonzero(counts == counts.max()))
        correct[k] = chosen == right[cue]
        good = rng.random() < 1 / ACTIONS if shuffled else correct[k]
        now = emulator.step
        emulator.set_input("reward", spikes=([now, now + 1], [0, 0]), payloads=[REWARD if good else PUNISHMENT, 0])
        emulator.run(TRIAL - SHOWN)
    return correct[:TRAINED], float(correct[TRAINED:].mean())


if __name__ == "__main__":
    axes = plt.figure(figsize=(7, 4), layout="constrained").subplots()
    for label, shuffled in (("rewards", False), ("shuffled rewards", True)):
        correct, accuracy = learn(0, shuffled)
        print(f"{label}: {100 * accuracy:.1f} % of {TESTED} test trials correct")
        axes.plot(np.convolve(correct, np.full(50, 2), "valid"), label=label)
    axes.axhline(100 / ACTIONS, color="gray", linestyle=":", label="chance")
    axes.set(xlabel="trial", ylabel="correct of 50 trials (%)", ylim=(0, 105))
    axes.legend(loc="center right")
