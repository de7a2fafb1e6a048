"""Processes of continual learning by prototypes."""

import numpy as np
import pytest
from lava_runs import played, recorded, through

from lava_api.magma.core.run_conditions import RunSteps
from lava_api.magma.core.run_configs import Loihi2SimCfg
from lava_api.proc.clp.novelty_detector.process import NoveltyDetector
from lava_api.proc.clp.nsm.process import Allocator, Readout
from lava_api.proc.clp.prototype_lif.process import PrototypeLIF
from lava_api.proc.io.sink import RingBuffer as Sink


def test_an_input_without_answer_is_novel_after_the_wait():
    inputs = [0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0]
    answers = [0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0]
    detector = NoveltyDetector(t_wait=2)
    played(answers).s_out.connect(detector.output_aval_in)
    sent = through(detector, np.array(inputs)[:, None], into="input_aval_in", out="novelty_detected_out")
    assert np.ravel(sent).tolist() == [0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]


def test_the_allocator_counts_when_triggered():
    sent = through(Allocator(n_protos=4), [[0], [1], [0], [3], [1]], into="trigger_in", out="allocate_out")
    assert np.ravel(sent).tolist() == [0, 1, 0, 2, 3]


def test_readout_labels_winners_and_judges_them():
    readout = Readout(n_protos=3, proto_labels=np.array([7, 0, 0]))
    played([0, 7, 0, 9, 0, 5, 5]).s_out.connect(readout.label_in)
    sinks = {name: Sink(shape=(1,), buffer=7) for name in ("feedback", "trigger_alloc")}
    for name, sink in sinks.items():
        getattr(readout, name).connect(sink.a_in)
    winners = np.zeros((7, 3), int)
    winners[0, 0] = winners[2, 1] = winners[4, 1] = winners[6, 0] = 1
    played(winners).s_out.connect(readout.inference_in)
    labels = Sink(shape=(1,), buffer=7)
    readout.user_output.connect(labels.a_in)
    readout.run(RunSteps(7), Loihi2SimCfg(select_tag="fixed_pt"))
    # Neuron 1 has no label, so it gets -2, until the user says 9; label 5 is a mistake, of neuron 1 and of neuron 0.
    assert labels.data.get().ravel().tolist() == [7, 0, -2, 9, 9, 0, 7]
    assert sinks["feedback"].data.get().ravel().tolist() == [0, 1, 0, 0, 0, -1, -1]
    assert sinks["trigger_alloc"].data.get().ravel().tolist() == [0, 0, 0, 0, 0, 1, 1]
    assert readout.proto_labels.get().tolist() == [7, 9, 0]
    readout.stop()


def prototypes(third, inputs):
    neurons = PrototypeLIF(shape=(3,), du=4095, dv=0, vth=1)
    played(np.repeat(np.array(third)[:, None], 3, axis=1)).s_out.connect(neurons.a_third_factor_in)
    played(inputs).s_out.connect(neurons.a_in)
    return neurons


def test_the_third_factor_picks_who_spikes_and_sets_its_trace():
    neurons = prototypes([0, 2, 0], [[2, 0, 0], [2, 0, 2], [2, 0, 0]])
    back, trace = Sink(shape=(3,), buffer=3), Sink(shape=(3,), buffer=3)
    neurons.s_out_bap.connect(back.a_in)
    neurons.s_out_y1.connect(trace.a_in)
    assert recorded(neurons.s_out, 3).tolist() == [[1, 0, 0], [0, 1, 0], [1, 0, 1]]


def test_spikes_go_back_and_reset_clears():
    neurons = prototypes([0, 2, 0], [[1, 0, 0]] * 3)
    reset = np.zeros((3, 3), int)
    reset[1, 0] = 1
    played(reset).s_out.connect(neurons.reset_in)
    back, trace = Sink(shape=(3,), buffer=3), Sink(shape=(3,), buffer=3)
    neurons.s_out_bap.connect(back.a_in)
    neurons.s_out_y1.connect(trace.a_in)
    neurons.run(RunSteps(3), Loihi2SimCfg(select_tag="fixed_pt"))
    assert back.data.get().T.tolist() == [[0, 0, 0], [0, 1, 0], [0, 0, 0]]
    assert trace.data.get().T.tolist() == [[0, 0, 0], [0, 127, 0], [0, 127, 0]]
    assert neurons.v.get().tolist() == [64, 0, 0]
    neurons.stop()


def test_a_prototype_that_does_not_exist_is_named():
    with pytest.raises(RuntimeError, match=r"got 4, allowed is 0\.\.3"):
        recorded(prototypes([4], [[0, 0, 0]]).s_out, 1)
