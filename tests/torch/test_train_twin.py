"""The digits, trained in the chip's integers as ``examples/train_twin`` does it."""

import numpy as np
import pytest

from examples.train_twin.train import compare, train, untrained


@pytest.mark.timeout(900)
def test_the_digits_are_read_and_every_answer_is_the_emulators():
    network = untrained()
    before = network.connections["pixels->hidden"].values.copy()
    twin = train(network)
    on_twin, on_emulator, answers, numbers = compare(twin)
    assert on_twin == on_emulator >= 0.97
    assert (answers, numbers) == (0, 0)
    assert np.array_equal(network.connections["pixels->hidden"].values, before)
