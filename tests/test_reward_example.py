"""The example that learns from reward and punishment: over several seeds, beside a control."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parent.parent
FILE = ROOT / "examples" / "gallery" / "reward_learning.py"
SEEDS = range(6)


@pytest.fixture(scope="module")
def example():
    pytest.importorskip("matplotlib")
    spec = importlib.util.spec_from_file_location("reward_example", FILE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def learned(example):
    return [example.learn(seed) for seed in SEEDS]


def test_every_seed_learns_the_association(example, learned):
    assert [accuracy for _, accuracy in learned if accuracy <= 0.9] == []
    early = np.mean([correct[:50].mean() for correct, _ in learned])
    late = np.mean([correct[-50:].mean() for correct, _ in learned])
    assert early < 0.75 < 0.9 < late


def test_shuffled_rewards_teach_nothing(example):
    """Eight cues with four actions a seed: within three standard errors of chance, and no seed near the others."""
    found = [example.learn(seed, shuffled=True)[1] for seed in SEEDS]
    chance = 1 / example.ACTIONS
    spread = np.sqrt(chance * (1 - chance) / (example.CUES * len(SEEDS)))
    assert abs(np.mean(found) - chance) < 3 * spread
    assert max(found) < 0.8


def test_a_seed_gives_the_same_again(example, learned):
    correct, accuracy = example.learn(0)
    assert accuracy == learned[0][1] and correct.tolist() == learned[0][0].tolist()
