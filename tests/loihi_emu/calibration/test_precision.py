"""search_precision: curves are of the networks that they name, the bits chosen keep the accuracy or are the most."""

import numpy as np
import pytest
from float_networks import classes, layers, of_classes, spikes

from loihi_emu import LoihiEmuError, calibrate, search_precision

ONE = {"lists": 1}


@pytest.mark.slow
def test_curves_are_those_of_networks_with_these_bits():
    net, (x, _) = classes(2), of_classes(1, 45, 50)
    labels = calibrate(net, x, **ONE).report.agreement.float_answers
    found = search_precision(net, x, labels, bits=(2, 8, 3), tolerance=0.03, **ONE)
    assert found.float_accuracy == 1.0 and list(found.uniform) == [8, 3, 2]
    again = calibrate(net, x, labels, weight_bits=2, **ONE).report.agreement
    assert found.uniform[2] == again.accuracy < found.uniform[8]
    alone = calibrate(net, x, labels, weight_bits={"hidden": 2}, **ONE).report.agreement
    assert found.layers["hidden"][2] == alone.accuracy
    assert found.kept and found.accuracy >= found.target == 0.97
    assert found.calibrated.report.agreement.accuracy == found.accuracy
    assert {name: row.bits for name, row in found.calibrated.report.rows.items()} == found.bits
    assert found.memory == {"hidden": found.bits["hidden"] * 12 * 18, "out": found.bits["out"] * 54}
    text = str(found)
    assert "to keep 97.00 %" in text and "(kept)" in text and "all layers" in text


@pytest.mark.slow
def test_without_labels_the_floats_are_right():
    net, (x, _) = classes(2), of_classes(1, 45, 50)
    found = search_precision(net, x, bits=[8, 2], tolerance=0.2, **ONE)
    assert found.float_accuracy == 1.0 and found.uniform[8] == 1.0
    assert found.uniform[2] == calibrate(net, x, weight_bits=2, **ONE).report.agreement.same_answers
    assert min(found.bits.values()) == 2


def test_what_cannot_be_kept_gets_the_most_bits():
    net, (x, _) = classes(2), of_classes(1, 45, 50)
    found = search_precision(net, x, bits=(2, 1), tolerance=0.0, **ONE)
    assert not found.kept and set(found.bits.values()) == {2} and "(not reached)" in str(found)


@pytest.mark.parametrize(
    ("options", "texts"),
    [
        ({"bits": ()}, ["bits", "none", "1..8"]),
        ({"bits": (8, 0)}, ["bits", "0", "1..8"]),
        ({"tolerance": -0.1}, ["tolerance", "-0.1", "0..1"]),
        ({"labels": np.zeros(3)}, ["search_precision, labels", "(3,)"]),
    ],
)
def test_bad_input_is_one_error(options, texts):
    with pytest.raises(LoihiEmuError) as caught:
        search_precision(layers(1), spikes(1, 2, 10, 12), **options)
    assert all(text in str(caught.value) for text in texts), str(caught.value)
