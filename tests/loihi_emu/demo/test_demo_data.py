"""The digits that come with the package, their spikes and their augmentation."""

from __future__ import annotations

import numpy as np
import pytest

from examples.train_digits.augment import augment
from loihi_emu.demo.digits import SPLIT_SEED, load_digits
from loihi_emu.demo.encode import encode, encode_dense
from loihi_emu.errors import ValidationError


def test_images_and_labels_are_whole() -> None:
    digits = load_digits()
    assert digits.images.shape == (1797, 8, 8) and digits.images.dtype == np.uint8
    assert digits.images.min() == 0 and digits.images.max() == 16
    assert np.bincount(digits.labels).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert int(digits.images.sum()) == 561718  # every pixel of the original
    assert digits.images[0, 0].tolist() == [0, 0, 5, 13, 9, 1, 0, 0]
    assert not digits.images.flags.writeable


def test_split_is_the_documented_one() -> None:
    digits = load_digits()
    rng = np.random.default_rng(SPLIT_SEED)
    for digit in range(10):
        members = np.flatnonzero(digits.labels == digit)
        held_out = np.sort(rng.permutation(members)[: round(members.size / 3)])
        assert np.array_equal(held_out, members[digits.test[members]])


def test_parts_are_disjoint_and_complete() -> None:
    digits = load_digits()
    assert digits.train_images.shape[0] == digits.train_labels.size == 1198
    assert digits.test_images.shape[0] == digits.test_labels.size == 599
    train = {image.tobytes() for image in digits.train_images}
    assert not train & {image.tobytes() for image in digits.test_images}  # no image twice, either


@pytest.mark.parametrize("steps", [16, 17, 24, 32, 100])
def test_pixel_of_value_p_sends_p_spikes(steps: int) -> None:
    images = load_digits().images[:50]
    dense = encode_dense(images, steps)
    assert dense.shape == (50, steps, 64) and dense.dtype == bool
    assert np.array_equal(dense.sum(axis=1), images.reshape(50, 64))


def test_spikes_are_evenly_spread() -> None:
    for grey in range(2, 17):
        times, _ = encode(np.full((1, 1), grey), 24)
        gaps = np.diff(times)
        assert gaps.max() - gaps.min() <= 1


def test_events_are_the_dense_trains_one_after_the_other() -> None:
    images = load_digits().images[:3]
    times, indices = encode(images, 24)
    assert times.dtype == indices.dtype == np.int64
    assert np.array_equal(np.lexsort((indices, times)), np.arange(times.size))
    dense = np.zeros((72, 64), dtype=bool)
    dense[times, indices] = True
    assert times.size == dense.sum() and np.array_equal(dense, encode_dense(images, 24).reshape(72, 64))
    again = encode(images, 24)
    assert np.array_equal(again[0], times) and np.array_equal(again[1], indices)


@pytest.mark.parametrize(
    ("images", "steps"),
    [(np.zeros((1, 64), int), 15), ([[17]], 16), ([[-1]], 16), ([[0.5]], 16), ([1, 2], 16)],
)
def test_what_cannot_be_encoded_is_refused(images: object, steps: int) -> None:
    with pytest.raises(ValidationError):
        encode_dense(images, steps)  # type: ignore[arg-type]
    with pytest.raises(ValidationError):
        encode(np.zeros((1, 1, 1, 1), int), 16)


def test_augmentation_moves_ink_and_keeps_it_in_range() -> None:
    images = load_digits().images[:200]
    changed = augment(images, np.random.default_rng(3))
    assert changed.shape == images.shape and changed.dtype == np.uint8 and changed.max() <= 16
    assert 0.8 < changed.sum() / images.sum() < 1.1
    assert not np.array_equal(changed, images)
    assert np.array_equal(changed, augment(images, np.random.default_rng(3)))
    still = augment(images, np.random.default_rng(3), shift=0, turn=0, scale=0, slant=0)
    assert np.array_equal(still, images)
