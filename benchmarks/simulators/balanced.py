"""One balanced network in one simulator: ``python balanced.py {loihi_emu,nest,brian2} STEPS ROUNDS`` prints JSON.

4000 leaky neurons, 3200 of them excitatory, 2 % connectivity, steps of 1 ms, on one core. Every neuron has a constant
drive and its own Poisson source. Rates are to be alike, spikes are not: arithmetic and random numbers differ.
"""

import json
import sys
import time

import numpy as np

EXCITING, INHIBITING = 3200, 800
N = EXCITING + INHIBITING
TAU_M, TAU_S, THRESHOLD, REST = 20.0, 2.0, 20.0, 2
UP, DOWN, OUTSIDE, RATE = 0.4, -2.2, 2.0, 600.0  # peaks in mV; Hz


def connections():
    """Pre, post, peak in mV and delay in steps of all synapses."""
    rng = np.random.default_rng(1)
    pre, post, peak = [], [], []
    for first, count, mv in ((0, EXCITING, UP), (EXCITING, INHIBITING, DOWN)):
        fan_in = count // 50
        pre.append(first + rng.integers(0, count, N * fan_in))
        post.append(np.repeat(np.arange(N), fan_in))
        peak.append(np.full(N * fan_in, mv))
    pre, post, peak = (np.concatenate(part) for part in (pre, post, peak))
    return pre, post, peak, rng.integers(1, 4, len(pre))


def kick(mv):
    """The jump of the synaptic current in mV per ms that moves v by so much at its peak."""
    a, b = TAU_M, TAU_S
    at = np.log(a / b) * a * b / (a - b)
    return mv / ((np.exp(-at / a) - np.exp(-at / b)) * a * b / (a - b))


def loihi_emu():
    """Chip integers."""
    from loihi_emu import Emulator, Network, PhysicalUnits

    units = PhysicalUnits(threshold=THRESHOLD, vth=2500, dt=1.0)
    du, dv = units.decay(TAU_S), units.decay(TAU_M)
    net = Network(seed=1)
    outside = net.input("outside", N, rate=units.rate(RATE))
    cells = net.population("cells", N, du=du, dv=dv, vth=units.vth, refractory=REST)
    net.connect(outside, cells, (np.arange(N), np.arange(N), int(units.weight(OUTSIDE, du=du, dv=dv))))
    pre, post, peak, delay = connections()
    for some in (peak > 0, peak < 0):
        weights = units.weight(peak[some], du=du, dv=dv)
        net.connect(cells, cells, (pre[some], post[some], weights), delays=delay[some] - 1)
    net.probe(cells)
    emulator = Emulator(net)

    def run(steps):
        emulator.forget()
        return len(emulator.run(steps).spikes("cells").times)

    return run


def nest():
    """NEST's iaf_psc_exp, one thread."""
    import nest

    nest.verbosity = nest.VerbosityLevel.ERROR
    nest.resolution = 1.0
    nest.local_num_threads = 1
    neuron = {"tau_m": TAU_M, "tau_syn_ex": TAU_S, "tau_syn_in": TAU_S, "V_th": THRESHOLD, "E_L": 0.0, "V_reset": 0.0}
    cells = nest.Create("iaf_psc_exp", N, params={**neuron, "C_m": 1.0, "V_m": 0.0, "t_ref": REST - 1.0})
    first = cells[0].global_id
    pre, post, peak, delay = connections()
    nest.Connect(
        pre + first, post + first, "one_to_one",
        syn_spec={"synapse_model": "static_synapse", "weight": kick(peak), "delay": delay.astype(float)},
    )  # fmt: skip
    source = nest.Create("poisson_generator", params={"rate": RATE})
    nest.Connect(source, cells, syn_spec={"weight": kick(OUTSIDE)})
    recorder = nest.Create("spike_recorder")
    nest.Connect(cells, recorder)

    def run(steps):
        recorder.n_events = 0
        nest.Simulate(float(steps))
        return int(recorder.n_events)

    return run


def brian2():
    """Brian2 with its Cython target."""
    import brian2 as b

    b.defaultclock.dt = 1 * b.ms
    equations = """
    dv/dt = -v / tau_m + u : 1 (unless refractory)
    du/dt = -u / tau_s : 1 / second
    """
    space = {"tau_m": TAU_M * b.ms, "tau_s": TAU_S * b.ms}
    cells = b.NeuronGroup(
        N,
        equations,
        threshold=f"v > {THRESHOLD}",
        reset="v = 0",
        refractory=REST * b.ms,
        method="exact",
        namespace=space,
    )
    synapses = b.Synapses(cells, cells, "w : 1 / second", on_pre="u += w")
    pre, post, peak, delay = connections()
    synapses.connect(i=pre, j=post)
    synapses.w, synapses.delay = kick(peak) / b.ms, (delay - 1) * b.ms
    outside = b.PoissonInput(cells, "u", 1, RATE * b.Hz, weight=kick(OUTSIDE) / b.ms)
    spikes = b.SpikeMonitor(cells, record=False)
    network = b.Network(cells, synapses, outside, spikes)

    def run(steps):
        before = spikes.num_spikes
        network.run(steps * b.ms)
        return spikes.num_spikes - before

    return run


if __name__ == "__main__":
    name, steps, rounds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    run = {"loihi_emu": loihi_emu, "nest": nest, "brian2": brian2}[name]()
    run(steps)  # builds, compiles, settles
    print(json.dumps({"ready": name}), flush=True)
    for _ in range(rounds):
        sys.stdin.readline()  # rounds are taken in turn with the others'
        begin = time.process_time()
        count = run(steps)
        print(
            json.dumps({"us": 1e6 * (time.process_time() - begin) / steps, "hz": 1000 * count / N / steps}), flush=True
        )
