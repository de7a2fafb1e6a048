"""Learning: rules as text, traces, rules that are ready to use, and their learning windows.

from loihi_emu.learning import LearningRule, Trace, pair_stdp
"""

from loihi_emu.learning.ready import homeostatic, pair_stdp, pes, reward_stdp, signed_reward_stdp, triplet_stdp
from loihi_emu.learning.rule import LearningRule, Trace
from loihi_emu.learning.window import learning_window

__all__ = [
    "LearningRule",
    "Trace",
    "homeostatic",
    "learning_window",
    "pair_stdp",
    "pes",
    "reward_stdp",
    "signed_reward_stdp",
    "triplet_stdp",
]
