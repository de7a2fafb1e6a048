"""The command that compares with lava-dl's ground truths: on a folder of its form in which nothing spikes."""

import numpy as np
import pytest

from benchmarks.exchange.ground_truths import main
from loihi_emu.exchange import Layer, write_net

LOIHI = {"type": "LOIHI", "iDecay": 4096, "vDecay": 1024, "vThMant": 25}
SHAPES = {
    "tinynet/input_bias": (16, 16, 3), "tinynet/input": (1, 3, 16, 16, 16), "tinynet/current": (1, 24, 6, 6, 16),
    "tinynet/output": (1, 36, 1, 1, 16), "tinynet_sdnn/input_bias": (16, 16, 3), "tinynet_sdnn/input": (16, 16, 3, 15),
    "tinynet_sdnn/layer1_kernel": (24, 5, 5, 3), "tinynet_sdnn/layer1_bias": (24,),
    "tinynet_sdnn/layer1": (6, 6, 24, 16), "tinynet_sdnn/layer2_weight": (100, 864), "tinynet_sdnn/layer2": (100, 16),
    "complex_dense/in": (9, 20),
    "complex_dense/current": (9, 20), "complex_dense/weight_r": (4, 9), "complex_dense/weight_img": (4, 9),
    "complex_dense/out": (4, 20),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::loihi_emu.LoihiInputWarning")
def test_values_that_differ_are_counted(tmp_path):
    layers = [
        Layer("input", LOIHI, shape=(3, 16, 16), weight=36, bias=34),
        Layer("conv", LOIHI, weight=np.zeros((24, 3, 5, 5)), bias=np.zeros(24), stride=2),
        Layer("conv", LOIHI, weight=np.zeros((36, 24, 5, 5)), bias=np.zeros(36), stride=2),
    ]
    write_net(tmp_path / "tiny.net", layers)
    for name, shape in SHAPES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        np.save(tmp_path / f"{name}.npy", np.zeros(shape))
    wrong = np.zeros(SHAPES["complex_dense/out"])
    wrong[2, 5:8] = 1
    (tmp_path / "complex_dense" / "out.npy").unlink()
    np.savez(tmp_path / "complex_dense" / "out.npz", data=wrong)
    lines = dict(
        line.split(": ", 1) if "tinynet" not in line else line.rsplit(": ", 1) for line in main([str(tmp_path)])
    )
    assert len(lines) == 14
    assert lines.pop("network complex_dense, out") == "3 of 80 values differ (3 are not 0)"
    assert lines.pop("netx, ComplexDense") == "3 of 80 values differ (3 are not 0)"
    assert all(text.startswith("0 of ") and "(0 are not 0)" in text for text in lines.values())


def test_a_folder_without_the_file_is_an_error(tmp_path):
    with pytest.raises(SystemExit):
        main([str(tmp_path)])
