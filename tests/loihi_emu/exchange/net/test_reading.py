"""Damaged and hostile files, and layers that cannot be mapped: one error each, which says where."""

import h5py
import numpy as np
import pytest
from hostile_hdf5 import changed_files, replaced
from hypothesis import given
from hypothesis import strategies as st
from net_files import CUBA, golden, written
from profiles import at_most

from loihi_emu import LoihiEmuError, LoihiInputWarning, UnsupportedError, ValidationError
from loihi_emu.exchange import Layer, import_net, read_net, write_net
from loihi_emu.exchange.net import reading


def written_here(folder):
    layers = [
        Layer("input", CUBA, shape=(2, 6, 5), weight=36, bias=34),
        Layer("conv", CUBA, weight=np.ones((3, 2, 3, 2)), bias=np.arange(3)),
        Layer("flatten"),
        Layer("dense", CUBA, weight=np.ones((4, 48)), delay=np.arange(4)),
        Layer("dense_rec", CUBA, weight=np.ones((5, 4)), weight_rec=np.ones((5, 5))),
    ]
    return write_net(folder / "x.net", layers)


@pytest.fixture
def path(tmp_path):
    return written_here(tmp_path)


@pytest.fixture(scope="module")
def layers(tmp_path_factory):
    return read_net(written_here(tmp_path_factory.mktemp("net")))


def endless(file):
    file["layer/1/neuron/more"] = file["layer"]


def many(file):
    for k in range(3):
        file[f"layer/1/weight{k}"] = 1
    file.move("layer/4", "layer/9")


HOSTILE = changed_files("layer/1", "weight", "/layer/3/weight") | {
    "a group that contains itself": (endless, ["deeper than 4"]),
    "no layers": (replaced("layer", None), ['without a group "layer"']),
    "an array of layers": (replaced("layer", np.ones(3)), ['without a group "layer"']),
    "a number left out": (many, ['a layer "9" among 5']),
    "no type": (replaced("layer/1/type", None), ["layer/1", "type"]),
    "an unknown type": (replaced("layer/1/type", "cnov"), ["layer/1", "cnov", '"conv"']),
    "a type of numbers": (replaced("layer/1/type", 3.0), ["layer/1", "type"]),
    "no weights": (replaced("layer/1/weight", None), ["layer/1", "weight", "a conv layer without it"]),
    "a text for weights": (replaced("layer/1/weight", "much"), ["layer/1", "weight", "much"]),
    "weights that are no numbers": (replaced("layer/1/weight", np.full((3, 2, 3, 2), np.nan)), ["layer/1", "weight"]),
    "absurd weights": (replaced("layer/1/weight", np.full((3, 2, 3, 2), 1e30)), ["layer/1", "weight", "1e+30"]),
    "weights for other channels": (replaced("layer/1/weight", np.ones((3, 5, 3, 2))), ["layer/1", "2 channels"]),
    "weights of one dimension": (replaced("layer/1/weight", np.ones(7)), ["layer/1", "weight", "(7,)"]),
    "a kernel of another size": (replaced("layer/1/kernelSize", [2, 2]), ["layer/1", "kernelSize", "(3, 2)"]),
    "a stride of 0": (replaced("layer/1/stride", [0, 1]), ["layer/1", "stride"]),
    "a weight for each channel of an input": (replaced("layer/0/weight", [3, 4]), ["layer/0", "weight", "one number"]),
    "three strides": (replaced("layer/1/stride", [1, 1, 1]), ["layer/1", "stride", "rows and columns"]),
    "groups that do not divide": (replaced("layer/1/groups", 2), ["layer/1", "weight", "2 groups"]),
    "an absurd padding": (replaced("layer/1/padding", [1 << 30, 0]), ["layer/1", "padding"]),
    "a kernel larger than the image": (replaced("layer/0/shape", [2, 2, 1]), ["layer/1"]),
    "another shape": (replaced("layer/1/shape", [3, 9, 9]), ["layer/1", "shape", "(3, 9, 9)", "(3, 4, 4)"]),
    "an absurd shape": (replaced("layer/0/shape", [1 << 23, 1 << 23, 1 << 23]), ["layer/0", "shape", "neurons"]),
    "a shape of four": (replaced("layer/0/shape", [1, 2, 3, 4]), ["layer/0", "shape"]),
    "other biases": (replaced("layer/1/bias", np.ones(5)), ["layer/1", "bias", "5 values"]),
    "absurd biases": (replaced("layer/1/bias", np.full(3, 1e6)), ["layer/1", "bias"]),
    "dense weights that do not follow": (replaced("layer/3/weight", np.ones((4, 47))), ["layer/3", "weight", "48"]),
    "other inputs told": (replaced("layer/3/inFeatures", 47), ["layer/3", "inFeatures", "48"]),
    "other delays": (replaced("layer/3/delay", np.ones(9)), ["layer/3", "delay", "(9,)"]),
    "negative delays": (replaced("layer/3/delay", -np.ones(4)), ["layer/3", "delay", "-1"]),
    "a loop of another size": (replaced("layer/4/weight_rec", np.ones((4, 5))), ["layer/4", "weight_rec", "(5, 5)"]),
    "an unknown neuron": (replaced("layer/1/neuron/type", "CUBE"), ["layer/1/neuron", "CUBE", '"CUBA"']),
    "no neuron type": (replaced("layer/1/neuron/type", None), ["layer/1/neuron", "type", "without it"]),
    "a neuron that is an array": (replaced("layer/1/neuron", 3), ["layer/1", "neuron", "a group"]),
    "no threshold": (replaced("layer/1/neuron/vThMant", None), ["layer/1/neuron", "vThMant", "CUBA neurons without"]),
    "a threshold too large": (replaced("layer/1/neuron/vThMant", 1 << 20), ["layer/1/neuron", "vThMant"]),
    "a decay too large": (replaced("layer/1/neuron/iDecay", 5000), ["layer/1/neuron", "iDecay", "4096"]),
    "thresholds of other neurons": (replaced("layer/1/neuron/vThMant", [1, 2, 3, 4, 5]), ["layer/1/neuron", "vThMant"]),
    "real weights to resonators": (replaced("layer/3/neuron/type", "RF_PHASE"), ["layer/3/neuron", "sinDecay"]),
}  # fmt: skip


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_files_are_one_error_that_says_where(case, path, monkeypatch):
    monkeypatch.setattr(reading, "read_tree", reading.read_here)
    change, texts = HOSTILE[case]
    with h5py.File(path, "a") as file:
        change(file)
    with pytest.raises(LoihiEmuError) as caught:
        import_net(path)
    assert all(text in str(caught.value) for text in ["x.net", *texts]), str(caught.value)


@pytest.mark.parametrize(("content", "text"), [(b"", "an empty file"), (b"{}", "a JSON text"), (b"\x00" * 99, "zeros"),
                         (b"version https://git-lfs.github.com/spec/v1\n", "a Git LFS pointer")])  # fmt: skip
def test_other_files_are_named(content, text, tmp_path):
    (tmp_path / "x.net").write_bytes(content)
    with pytest.raises(ValidationError, match=text):
        read_net(tmp_path / "x.net")
    with pytest.raises(ValidationError, match="no file"):
        read_net(tmp_path / "y.net")


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return written(tmp_path_factory.mktemp("net"), golden("dense")["net_file"]).read_bytes()


@pytest.mark.slow
@given(data=st.data())
@at_most(6)
@pytest.mark.filterwarnings("ignore::loihi_emu.LoihiInputWarning")
def test_damaged_files_are_read_or_one_error(data, whole, tmp_path_factory):
    content = bytearray(whole)
    for at in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=8)):
        content[at] = data.draw(st.integers(0, 255))
    if data.draw(st.booleans()):
        del content[data.draw(st.integers(0, len(content))) :]
    file = tmp_path_factory.mktemp("damaged") / "damaged.net"
    file.write_bytes(content)
    try:
        said = import_net(file).network.describe()
    except LoihiEmuError as error:
        said = str(error)
    assert "damaged.net" in said or "populations" in said or "layer" in said


NUMBERS = [0.0, -1.0, 1e300, 3.7, np.nan, -np.inf, 2.0**40, 5000, 63, 1 << 17]
OTHERS = [None, "", "relu", [], [[]], {}, -3, True, np.zeros((0, 3)), np.ones((2, 2, 2)), [1, 2], {"real": 1}, 1 << 30]
GROUPS = ["dense", "conv", "recurrent", "sigma_delta", "rf", "alif", "pool", "unpool", "convT"]


@pytest.fixture(scope="module")
def trees(tmp_path_factory):
    folder = tmp_path_factory.mktemp("trees")
    return {name: reading.read_here(written(folder, golden(name)["net_file"], f"{name}.net")) for name in GROUPS}


def mutated(data, tree):
    """A copy of what was read in which one entry is another."""
    layers = {k: {**v, **({"neuron": dict(v["neuron"])} if "neuron" in v else {})} for k, v in tree["layer"].items()}
    place = layers[data.draw(st.sampled_from(sorted(layers)))]
    if "neuron" in place and data.draw(st.booleans()):
        place = place["neuron"]
    name = data.draw(st.sampled_from(sorted(place)))
    value = place[name]
    what = data.draw(st.sampled_from(["number", "shape", "other", "type", "none"]))
    if what == "number" and isinstance(value, np.ndarray) and value.size:
        changed = value.astype(float)
        changed.flat[data.draw(st.integers(0, value.size - 1))] = data.draw(st.sampled_from(NUMBERS))
        place[name] = changed
    elif what == "shape" and isinstance(value, np.ndarray) and value.size:
        place[name] = data.draw(st.sampled_from([value[None], value.ravel(), value.ravel()[:1], value[..., None]]))
    elif what == "type":
        kinds = ["CUBA", "SDNN", "RF_PHASE", "ALIF", "dense", "conv", "average", "concat", "dense_rec", "pool", "convT"]
        place["type"] = data.draw(st.sampled_from(kinds))
    elif what == "none":
        del place[name]
    else:
        place[name] = data.draw(st.sampled_from(OTHERS))
    return {"layer": layers}


@pytest.mark.filterwarnings("ignore::loihi_emu.LoihiInputWarning")
@pytest.mark.parametrize("rules", ["lava", "chip"])
@given(data=st.data())
def test_a_mutated_file_is_a_network_or_one_error(rules, data, trees):
    name = data.draw(st.sampled_from(GROUPS))
    tree = mutated(data, trees[name])
    shape = (2, 8, 9) if name in ("pool", "unpool", "convT") else None
    try:
        said = import_net(reading.layers_of(tree, "tree"), rules=rules, input_shape=shape).network.describe()
    except LoihiEmuError as error:
        said = str(error)
    assert said


# ---------------------------------------------------------------- what is asked for
@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"rules": "float"}, 'rules "float"'),
        ({"num_layers": 0}, "num_layers"),
        ({"skip_layers": 5}, "skip_layers"),
        ({"skip_layers": 2, "num_layers": 3}, "no layer with neurons"),
        ({"input_shape": (3, 6, 5)}, "input_shape"),
        ({"input_message_bits": 99}, "input_message_bits"),
        ({"spike_exp": 99}, "spike_exp"),
        ({"reset_interval": 0}, "reset_interval"),
        ({"reset_interval": 3, "rules": "chip"}, "reset_interval"),
        ({"image": np.ones((3, 3, 2))}, r"image.*\(6, 5, 2\)"),
    ],
)
def test_options_out_of_range_are_named(options, text, layers):
    with pytest.raises(LoihiEmuError, match=text):
        import_net(layers, **options)


def test_what_is_no_file_is_named():
    for given_ in (3, [], [3], {"layer": 1}):
        with pytest.raises(ValidationError, match="file: got"):
            import_net(given_)


DENSE = {"weight": np.ones((2, 3))}


@pytest.mark.parametrize(
    ("layers", "text"),
    [
        ([("dense", {**CUBA, "type": "ADRF_PHASE"}, DENSE)], "RF_PHASE"),
        ([("conv", CUBA, {"weight": np.ones((1, 1, 2, 2))})], "input_shape"),
        ([("dense", CUBA, DENSE), ("input", CUBA, {"shape": (2,)})], "first layer only"),
        ([("dense", CUBA, DENSE), ("conv", CUBA, {"weight": np.ones((1, 1, 2, 2))})], "an image"),
        ([("dense", CUBA, DENSE), ("average", None, {"shape": (3,)})], "a divisor of the 2"),
        ([("dense", CUBA, DENSE), ("average", None, {"shape": 1}), ("dense", CUBA, {"weight": [[1]]})], "last layer"),
        ([("dense", CUBA, DENSE), ("concat", None, {"layers": [3]})], "numbers of layers before it"),
        ([("dense", CUBA, {"weight": {"real": 1}})], "real and imag"),
        ([("dense", CUBA, {"weight": {"real": [[2]], "imag": [[2]]}})], "complex weights to lif"),
        ([("dense", {"type": "SDNN", "vThMant": 3, "activation": "tanh"}, DENSE)], "tanh"),
        ([("dense", {"type": "SDNN", "sigma_output": True}, {**DENSE, "bias": [1, 2]})], "bias"),
        ([("dense", {"type": "RF_PHASE", "vThMant": 3, "sinDecay": 4000, "cosDecay": 4000}, DENSE)], "does not grow"),
        ([("dense_rec", CUBA, {**DENSE, "weight_rec": np.ones((2, 2)), "delay": [1, 2]})], "leads to itself"),
        ([("flatten", None, {})], "nothing before it"),
    ],
)  # fmt: skip
def test_layers_that_cannot_be_mapped_are_named_with_what_works(layers, text):
    with pytest.raises((ValidationError, UnsupportedError), match=text):
        import_net([Layer(kind, neuron, **sets) for kind, neuron, sets in layers])


@pytest.mark.parametrize(
    ("neuron", "sets", "text"),
    [
        ({"refDelay": 4}, {}, "refDelay"),
        ({"gradedSpike": True}, {}, "gradedSpike"),
        ({"weight_exp": 2}, {}, "weight_exp"),
        ({"wgtExp": 2}, {}, "wgtExp"),
        ({}, {"weight": np.full((2, 3), 1.5)}, "6 of 6 values are no integers"),
        ({}, {"weight": [[300, -300, 2]]}, "2 of 3 weights"),
        ({}, {"delay": [70, 3]}, "1 delays up to 70"),
    ],
)
def test_what_is_not_done_exactly_is_said(neuron, sets, text):
    with pytest.warns(LoihiInputWarning, match=text):
        made = import_net([Layer("dense", CUBA | neuron, **DENSE | sets)])
    assert any(text in note for note in made.report.approximations)
