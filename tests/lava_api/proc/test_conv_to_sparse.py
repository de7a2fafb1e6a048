"""Convolutions as lists of synapses."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from lava_api.proc.conv import utils
from lava_api.proc.conv.process import Conv

STRIDE, PADDING, DILATION, GROUPS = (2, 1), (1, 2), (1, 2), 2


@pytest.fixture
def image():
    return np.random.default_rng(1).integers(-9, 9, (8, 7, 4))


@pytest.fixture
def kernel():
    return np.random.default_rng(2).integers(-9, 9, (6, 3, 2, 2))


def multiplied(synapses, image, shape):
    target, source, weight = synapses
    size = int(np.prod(shape))
    return (csr_matrix((weight, (target, source)), (size, image.size)) @ image.ravel()).reshape(shape)


def test_the_synapses_do_what_the_convolution_does(image, kernel):
    out = utils.conv(image, kernel, (3, 2), STRIDE, PADDING, DILATION, GROUPS)
    synapses = utils.conv_to_sparse(image.shape, out.shape, kernel, STRIDE, PADDING, DILATION, GROUPS)
    assert np.array_equal(multiplied(synapses, image, out.shape), out)


@pytest.mark.parametrize(
    ("order", "image_axes", "kernel_axes"),
    [(utils.TensorOrder.NCHW, (2, 1, 0), (0, 3, 2, 1)), (utils.TensorOrder.HWCN, (1, 0, 2), (2, 1, 3, 0))],
)
def test_other_orders_correlate(image, kernel, order, image_axes, kernel_axes):
    flipped = kernel[:, ::-1, ::-1]
    out = utils.conv(image, flipped, (3, 2), STRIDE, PADDING, DILATION, GROUPS).transpose(image_axes)
    moved = np.ascontiguousarray(image.transpose(image_axes))
    pairs = (pair[::-1] for pair in (STRIDE, PADDING, DILATION))
    synapses = utils.conv_to_sparse(moved.shape, out.shape, kernel.transpose(kernel_axes), *pairs, GROUPS, order)
    assert np.array_equal(multiplied(synapses, moved, out.shape), out)


def test_synapses_are_ordered_by_target_place_and_kernel_place():
    target, source, weight = utils.conv_to_sparse(
        (2, 1, 1), (2, 1, 1), np.array([[[[3]], [[5]], [[7]]]]), (1, 1), (1, 0), (1, 1), 1
    )
    assert (target.tolist(), source.tolist(), weight.tolist()) == ([0, 0, 1, 1], [0, 1, 0, 1], [5, 3, 7, 5])


def test_what_does_not_fit_is_refused(kernel):
    with pytest.raises(AssertionError, match="4 groups do not divide 6 input"):
        utils.conv_to_sparse((8, 7, 6), (8, 7, 4), kernel, (1, 1), (0, 0), (1, 1), 4)
    with pytest.raises(ValueError, match="order: got"):
        utils.conv_to_sparse((8, 7, 4), (8, 7, 6), kernel, (1, 1), (0, 0), (1, 1), 2, utils.TensorOrder.CHWN)


def test_a_process_tells_its_shapes():
    conv = Conv(weight=np.ones((8, 3, 5, 3)), input_shape=(100, 60, 3), padding=(1, 2))
    assert conv.input_shape == (100, 60, 3)
    assert conv.output_shape == (100, 60, 8)
    assert conv.padding.init == (1, 2) and conv.stride.init == (1, 1) and conv.kernel_size.init == (3, 5)
