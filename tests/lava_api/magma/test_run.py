"""Runs of connected processes: messages, sums, order, hierarchy, variables of others."""

import numpy as np
import pytest
from lava_parts import Pair, Probe, Relay, Sink, Source

from lava_api.magma.compiler.node import Node, NodeConfig
from lava_api.magma.core.resources import HeadNode, Loihi2System
from lava_api.magma.core.run_conditions import RunSteps
from lava_api.magma.core.run_configs import Loihi2HwCfg, Loihi2SimCfg

CFG = Loihi2SimCfg()


def joined(*outs, shape):
    sink = Sink(shape)
    for out in outs:
        out.connect(sink.inp)
    return sink


@pytest.mark.parametrize("sink_first", [False, True])
def test_messages_arrive_in_the_same_step_whatever_the_order_of_creation(sink_first):
    sink = Sink((2,)) if sink_first else None
    source = Source([1.0, 2.0])
    sink = sink or Sink((2,))
    source.out.connect(sink.inp)
    with sink:
        sink.run(RunSteps(4), CFG)
        assert sink.last.get().tolist() == [4, 8]
        assert sink.total.get().tolist() == [10, 20]


def test_several_connections_into_one_port_are_summed_and_an_output_feeds_several():
    a, b = Source([1.0]), Source([10.0])
    left, right = Sink((1,)), Sink((1,))
    a.out.connect([left.inp, right.inp])
    right.inp.connect_from(b.out)
    a.run(RunSteps(3), CFG)
    assert left.last.get() == 3
    assert right.last.get() == 33


def test_unconnected_ports_receive_zeros_and_send_to_nobody():
    relay = Relay((3,))
    relay.run(RunSteps(2), CFG)
    assert relay.held.get().tolist() == [1, 1, 1]


def test_only_connected_processes_run():
    here, other = Source([1.0]), Source([1.0])
    sink, elsewhere = joined(here.out, shape=(1,)), joined(other.out, shape=(1,))
    sink.run(RunSteps(1), CFG)
    assert here.is_compiled and not other.is_compiled
    assert elsewhere.total.get() == 0


def test_a_loop_runs_when_one_sends_first():
    a, b = Relay((1,), eager=True), Relay((1,))
    a.out.connect(b.inp)
    b.out.connect(a.inp)
    a.run(RunSteps(3), CFG)
    assert a.held.get() == 6
    assert b.held.get() == 5


def test_a_process_made_of_processes_runs_and_aliases_its_variables():
    source = Source([1.0])
    pair = Pair((1,))
    source.out.connect(pair.inp)
    sink = joined(pair.out, shape=(1,))
    sink.run(RunSteps(2), CFG)
    assert sink.last.get() == 4
    assert pair.held.get() == 4
    assert pair.procs.member_names == ["first", "second"]
    assert pair.procs.first.is_sub_proc_of(pair)
    assert pair.model_class.__name__ == "SubPair"
    pair.held.set([7])
    assert pair.procs.second.held.get() == 7


def test_two_levels_and_a_reference_into_them():
    pair = Pair((1,))
    probe = Probe((1,), steps=3)
    probe.ref.connect_var(pair.held)
    probe.run(RunSteps(3), CFG)
    assert probe.rows.get().ravel().tolist() == [2, 2, 2]


@pytest.mark.parametrize("probe_first", [False, True])
def test_a_reference_reads_the_state_after_the_step_and_writes_with_its_own_type(probe_first):
    probe = Probe((2,), steps=3, put=-3.7) if probe_first else None
    source, sink = Source([1.0, 2.0]), Sink((2,))
    probe = probe or Probe((2,), steps=3, put=-3.7)
    source.out.connect(sink.inp)
    probe.ref.connect_var(sink.total)
    probe.run(RunSteps(3), CFG)
    assert probe.rows.get().tolist() == [[1, 2], [-1, 1], [0, 3]]
    assert sink.total.get().tolist() == [-3, -3]


def test_reading_through_reshape_and_transpose():
    source = Source(np.arange(6.0).reshape(2, 3))
    probe = Probe((3, 2), steps=1)
    from lava_api.magma.core.process.ports.ports import VarPort

    port = VarPort(source.value)
    port.name, port.process = "opened", source
    source.var_ports.add_members({"opened": port})
    probe.ref.transpose().connect(port)
    probe.run(RunSteps(1), CFG)
    assert probe.rows.get()[0].tolist() == [[0, 3], [1, 4], [2, 5]]


@pytest.mark.parametrize(
    ("way", "change"),
    [
        (lambda p: p.reshape((3, 2)), lambda a: a.reshape(3, 2)),
        (lambda p: p.flatten(), lambda a: a.ravel()),
        (lambda p: p.transpose(), lambda a: a.T),
        (lambda p: p.transpose((-1, 0)), lambda a: a.T),
        (lambda p: p.transpose().flatten(), lambda a: a.T.ravel()),
        (lambda p: p.flatten().reshape((3, 2)).transpose(), lambda a: a.ravel().reshape(3, 2).T),
    ],
)
def test_virtual_ports_reorder_what_passes(way, change):
    data = np.arange(6.0).reshape(2, 3)
    source = Source(data)
    sink = Sink(change(data).shape)
    way(source.out).connect(sink.inp)
    sink.run(RunSteps(1), CFG)
    assert np.array_equal(sink.last.get(), change(data))


@pytest.mark.parametrize(("axis", "shapes"), [(0, [(2, 3), (1, 3)]), (1, [(2, 1), (2, 2), (2, 1)]), (-1, [(3,), (2,)])])
def test_concatenation_runs(axis, shapes):
    parts = [np.random.default_rng(k).normal(size=shape) for k, shape in enumerate(shapes)]
    sources = [Source(part) for part in parts]
    whole = np.concatenate(parts, axis)
    sink = Sink(whole.shape[::-1])
    sources[0].out.concat_with([s.out for s in sources[1:]], axis).transpose().connect(sink.inp)
    sink.run(RunSteps(2), CFG)
    assert np.array_equal(sink.last.get(), 2 * whole.T)


def test_the_hardware_configuration_runs_a_program():
    sink = joined(Source([1.0]).out, shape=(1,))
    sink.run(RunSteps(2), Loihi2HwCfg())
    assert sink.last.get() == 2


def test_a_rejoined_program_gives_equal_results_in_pieces():
    def run(pieces):
        a, b = Relay((2,), eager=True), Relay((2,))
        a.out.connect(b.inp)
        b.out.connect(a.inp)
        for steps in pieces:
            a.run(RunSteps(steps), CFG)
        return a.held.get().tolist()

    assert run([7]) == run([1, 0, 4, 2])


def test_many_small_programs_leave_nothing_behind():
    import gc
    import weakref

    alive = []
    for _ in range(50):
        sink = joined(Source([1.0]).out, shape=(1,))
        sink.run(RunSteps(2), CFG)
        alive.append(weakref.ref(sink))
    del sink
    gc.collect()
    assert not any(ref() for ref in alive)


def test_all_processes_run_on_one_node():
    source = Source([1.0])
    sink = joined(source.out, shape=(1,))
    executable = sink.compile(CFG)
    sink.create_runtime(executable=executable)
    (node,) = sink.runtime.node_cfg
    assert (node.id, node.node_type, node.processes) == (0, HeadNode, [source, sink])
    assert executable.node_configs[0].node_map == {source: node, sink: node}
    sink.stop()


def test_a_list_of_nodes_numbers_them():
    nodes = NodeConfig([Node(HeadNode, [])])
    nodes.append(Node(Loihi2System, ["a process"]))
    assert [node.id for node in nodes] == [0, 1]
    assert nodes.node_map == {"a process": nodes[1]}
