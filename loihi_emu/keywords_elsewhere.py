"""What arguments and attributes of other tools, or other words for a thing, are called here.

One table a function: words (lower case), the names that are meant, and a sentence where a name is not enough.
Words are those of Lava, Nengo, Brian2, PyNN, NEST, snnTorch and of common speech.
"""

from __future__ import annotations

Row = tuple[str, str, str]

_DECAY = "decay_from_tau(tau) makes the decay of a time constant in steps: du for the current, dv for the voltage."
_RULES = (
    "Connection rules are builders: connect(pre, post, 10, synapses=fixed_probability(0.1)), fixed_in_degree(k) and "
    "others; or weights are an array (n_post, n_pre), or lists (pre indices, post indices, values)."
)
_RESET = (
    "The chip sets v to 0 after a spike and has no other reset. Subtracting resets become close where vth is large "
    "beside the weights: little is lost above the threshold."
)
_NO_UNITS = "There are no times in seconds here: everything counts steps."
_STEPS = "A step is the unit of time."
_SEED = "Random inputs and noise follow Network(seed=...)."
_RECORD = "What is recorded is chosen with network.probe(population, variables)."

POPULATION: tuple[Row, ...] = (
    ("threshold v_th vthr v_thr v_thresh v_threshold thresh theta vthmant vth_mant thr", "vth", ""),
    ("tau taus time_constant", "du dv", _DECAY),
    ("tau_m tau_mem taum tau_v tau_rc beta decay_v v_decay voltage_decay vdecay leak", "dv", _DECAY),
    ("tau_s tau_syn tausyn tau_u tau_i tau_syn_e tau_syn_i alpha decay_u u_decay current_decay idecay", "du", _DECAY),
    ("reset v_reset vreset u_reset reset_mechanism reset_voltage", "", _RESET),
    ("v_rest vrest e_l el u_rest rest v_leak resting_potential", "", "The resting voltage is 0: count from it."),
    ("tau_ref t_ref refrac ref refractory_period tau_refrac refractory_delay refdelay ref_period", "refractory", ""),
    ("i i_e i_ext i_offset ioffset current bias_current i_bias bias_mant", "bias", ""),
    ("exponent bias_exponent", "bias_exp", ""),
    ("n size neurons num_neurons n_neurons count", "", "The number of neurons is the second argument, shape."),
    ("initial_v v0 v_init init_v", "v", ""),
    ("initial_u u0 u_init init_u", "u", ""),
    ("min_voltage v_min", "vmin", ""),
    ("max_voltage v_max", "vmax", ""),
    ("seed rng", "", _SEED),
    ("gain r r_m resistance tau_gain c c_m cm g_l", "", "Gains go into the weights: u settles at w * 64 * 4096 / du."),
    ("label", "name", ""),
)

_READY_WORDS: tuple[Row, ...] = (
    ("lr learning_rate eta amplitude a aplus ap a_p dw_plus lambda", "a_plus rate a2_plus", ""),
    ("aminus am a_m alpha dw_minus", "a_minus a2_minus", ""),
    ("tau tau_pre taupre taup tau_x1 tau_p x1_tau", "tau_plus tau", ""),
    ("tau_post taupost taum tau_y1 tau_m y1_tau", "tau_minus", ""),
    ("tau_r tau_y3 tau_e tau_tag tau_c tau_eligibility", "tau_reward forget", ""),
    ("wmax w_max wmin w_min gmax", "", "Weights stay in the range of their sign mode by themselves."),
    ("epoch epoch_length tepoch", "t_epoch", ""),
    ("reward error factors factor", "", 'A third factor is given to connect(): factors={"y3": node}.'),
    ("x1_impulse y1_impulse jump increment", "impulse", ""),
)
_READY_RULES = {
    "pair_stdp": "a_plus a_minus tau_plus tau_minus impulse t_epoch",
    "triplet_stdp": "a2_plus a2_minus a3_plus a3_minus tau_plus tau_minus tau_x tau_y impulse t_epoch",
    "reward_stdp": "a_plus a_minus rate forget tau_plus tau_minus tau_reward impulse t_epoch",
    "signed_reward_stdp": "a_plus a_minus rate forget tau_plus tau_minus impulse t_epoch",
    "pes": "rate tau impulse",
    "homeostatic": "rule rate target every",
}


def _ready(known: str) -> tuple[Row, ...]:
    """The words that hold for a rule with these arguments."""
    names = known.split()
    rows = (
        (" ".join(w for w in words.split() if w not in names), " ".join(m for m in meant.split() if m in names), advice)
        for words, meant, advice in _READY_WORDS
    )
    return tuple(row for row in rows if row[0] and (row[1] or row[2]))


ARGUMENTS: dict[str, tuple[Row, ...]] = {
    "Network": (
        ("dt timestep ts", "", f"{_STEPS} Choose what it stands for when you convert: decay_from_tau(tau, dt)."),
        ("precision mode backend arithmetic", "rules", ""),
        ("label", "name", ""),
        ("rng random_seed", "seed", ""),
    ),
    "population": POPULATION,
    "variable": (
        ("voltage potential membrane v_m vm v_mem mem membrane_potential v_s", "v", ""),
        ("current i i_syn isyn syn synaptic_current input_current", "u", ""),
        ("spike spk spks s_out out output spike_train spikeraster firing", "spikes", ""),
        ("refractory ref refrac", "rest", ""),
        ("weight w", "weights", ""),
        ("delay", "delays", ""),
    ),
    "rules": (
        ("loihi loihi1 loihi_1 loihi2 loihi_2 hardware silicon", "chip", ""),
        ("fixed fixed_pt fixed_point lava_fixed", "lava", ""),
        ("floating floating_pt float32 float64 lava_float", "float", ""),
        ("brian2 brian brian_loihi brian2loihi", "brian2_loihi", ""),
        ("nengo nengoloihi", "nengo_loihi", ""),
    ),
    "Network.input": (
        ("spike_times times spiketimes events data spike_data", "spikes", ""),
        ("rates freq frequency probability p firing_rate", "rate", "A rate is a probability per step, 0..1."),
        ("values weights graded", "payloads", ""),
        ("n size neurons", "shape", ""),
        ("seed rng", "", _SEED),
    ),
    "Network.connect": (
        ("delay d synaptic_delay dly", "delays", ""),
        ("weight w synaptic_weight strength", "weights", ""),
        ("p prob probability connectivity density sparsity rule conn_spec connector condition n j", "synapses", _RULES),
        ("allow_autapses autapses self_loops loops allow_multapses multapses", "synapses", "Builders take them: "
         "fixed_in_degree(k, several=False, self_connections=False)."),
        ("indegree outdegree in_degree out_degree fan_in fan_out", "synapses", _RULES),
        ("stdp plasticity learning_rule plastic rule_learning synapse_type", "learning", ""),
        ("exponent exp weight_exponent wgtexp", "weight_exp", ""),
        ("bits num_weight_bits precision n_bits nbits", "weight_bits", ""),
        ("sign inhibitory excitatory target", "sign_mode", ""),
        ("receptor_type", "sign_mode port", ""),
        ("into receptor receptors in_port input_port a_in dendrite compartment", "port", ""),
        ("source src from_ sources", "pre", ""),
        ("target_population dst to destination targets", "post", ""),
        ("reward modulator third_factor", "factors", ""),
        ("synapse transform function solver", "", "Weights are integers; loihi_emu.quantize makes them of floats."),
        ("num_message_bits", "graded", ""),
        ("label", "name", ""),
    ),
    "Network.probe": (
        ("variable var vars record what attr attribute key observe", "variables", ""),
        ("interval sample_every period sampling_interval step dt", "every", ""),
        ("ids indices index idx subset cells", "neurons", ""),
        ("population source", "target", ""),
        ("chip hardware raw", "view", 'view="chip" reads v as a chip does.'),
        ("buffer num_steps steps", "", "A probe has no length: it records as long as the emulator runs."),
    ),
    "Network.place": (
        ("board device hardware", "boards", ""),
        ("algorithm method allocator partitioner", "strategy", ""),
        ("recording activity spikes", "rates", ""),
        ("cores chips", "", "Limits are a chip's: dataclasses.replace(LOIHI1, cores=4), or boards."),
    ),
    "Emulator": (
        ("net model", "network", ""),
        ("seed rng", "", _SEED),
        ("dt timestep", "", _STEPS),
        ("record probes", "", _RECORD),
        ("progress progress_bar", "", "It is an argument of run(): emulator.run(steps, progress=True)."),
        ("chip rules boards placement", "", "They are chosen when the network is made: Network(chip=..., rules=...)."),
    ),
    "Emulator.run": (
        ("duration t time n num_steps n_steps timesteps time_steps runtime sim_time t_stop until", "steps", _NO_UNITS),
        ("report progress_bar verbose tqdm", "progress", ""),
        ("inputs input data", "", "set_input() gives inputs their events; run_samples() runs many samples."),
        ("record probes", "", _RECORD),
        ("condition run_cfg", "", "That is Lava's run(); it is in lava_api."),
    ),
    "Emulator.run_samples": (
        ("duration t time n num_steps n_steps timesteps time_steps runtime", "steps", _NO_UNITS),
        ("samples data x batch input dataset", "inputs", ""),
        ("report progress_bar verbose tqdm", "progress", ""),
    ),
    "Emulator.get": (
        ("population node connection target", "name", ""),
        ("var key attr attribute parameter state", "variable", ""),
    ),
    "Emulator.set": (
        ("population node connection target", "name", ""),
        ("var key attr attribute parameter state", "variable", ""),
        ("val values to data", "value", ""),
        ("v u rest vth bias du dv weights delays", "", 'A value is set by its name: emulator.set("cells", "v", 3).'),
    ),
    "Emulator.reset": (("seed rng", "", _SEED),),
    **dict.fromkeys(
        ("Recording.spikes", "Recording.spike_counts", "Recording.times", "Recording.neurons"),
        (("population node target key variable", "name", ""),),
    ),
    "Recording.sample": (("index i sample number n", "k", ""),),
    "Recording.part": (("begin first from_ t_start", "start", ""), ("end last to until t_stop", "stop", "")),
    "Emulator.set_input": (
        ("spike_times times events data spike_data", "spikes", ""),
        ("rates freq frequency probability", "rate", "A rate is a probability per step, 0..1."),
        ("values", "payloads", ""),
    ),
    "quantize": (
        ("threshold v_th v_threshold thresh", "vth", ""),
        ("bits n_bits precision", "weight_bits", ""),
        ("w weight", "weights", ""),
        ("biases", "bias", ""),
    ),
    "decay_from_tau": (("timestep ts step", "dt", ""), ("tau_m tau_mem tau_syn time_constant", "tau", "")),
    "Noise": (
        ("sigma std amplitude exponent magnitude scale", "exp", "The amplitude is 127 * 2**(exp - 7)."),
        ("mean mu", "offset", ""),
        ("seed rng", "", _SEED),
    ),
    "LearningRule": (
        ("dw_rule weight_update update", "dw", ""),
        ("epoch epoch_length tepoch", "t_epoch", ""),
        ("x1_tau x1_impulse x2_tau x2_impulse y1_tau y1_impulse y2_tau y2_impulse y3_tau y3_impulse tau_plus tau_minus "
         "tau_pre tau_post", "x1 y1", "A trace is given whole: x1=Trace(impulse, tau)."),
        ("reward", "y3", 'A reward is the third factor: connect(..., factors={"y3": node}).'),
        ("lr learning_rate eta", "dw", 'The rate is a factor of the rule, m * 2^e: "2^-4*x1*y0".'),
    ),
    **{rule: _ready(known) for rule, known in _READY_RULES.items()},
    "Trace": (
        ("amplitude increment a jump", "impulse", ""),
        ("decay time_constant tau_plus tau_minus", "tau", ""),
    ),
}  # fmt: skip

_RUN = "A network is a description; it is run by Emulator(network).run(steps)."
_STATE = "State and parameters of a running network are the emulator's: emulator = Emulator(network); emulator."
_SHOW = "Plots are functions: from loihi_emu import plots; plots.raster(recording)."

_OF_RUNS = "An element is a description. While it runs, emulator.get(name, variable) reads it, set() sets it; "
_RECORDED = f"{_OF_RUNS}what network.probe() asked for is in the recording that run() returns."
_WEIGHTS = f"{_OF_RUNS}weights as they were given are .values."

ATTRIBUTES: dict[str, dict[str, str]] = {
    "Population": {
        **dict.fromkeys(("v", "u", "spikes", "rest", "spike_counts", "voltage", "current"), _RECORDED),
        **dict.fromkeys(("vth", "du", "dv", "bias", "refractory", "vmin", "vmax"),
                        f"{_OF_RUNS}as they were given they are in .parameters."),
        **dict.fromkeys(("record", "monitor", "probe"), "Recording is asked for with network.probe(population)."),
        **dict.fromkeys(("set", "get", "initialize", "inject"), _OF_RUNS + "set_input() is for inputs."),
        **dict.fromkeys(("n", "N", "neurons", "n_neurons", "num_neurons"), "The number of neurons is .size."),
        **dict.fromkeys(("connect", "project"), "Synapses: network.connect(pre, post, weights)."),
    },
    "Input": {
        "spikes": "Events as they were given are .times, .indices and .payloads.",
        **dict.fromkeys(("set", "set_spikes", "set_rate", "send"), "emulator.set_input(name, ...) gives other events."),
        **dict.fromkeys(("n", "N", "neurons"), "The number of neurons is .size."),
    },
    "Connection": {
        **dict.fromkeys(("weights", "weight", "w"), _WEIGHTS),
        **dict.fromkeys(("source", "presynaptic"), "The presynaptic side is .pre."),
        **dict.fromkeys(("target", "postsynaptic", "dest"), "The postsynaptic side is .post."),
        **dict.fromkeys(("set", "get"), _OF_RUNS + "emulator.set(name, 'weights', values) sets weights."),
    },
    "Probe": dict.fromkeys(
        ("data", "get", "values", "spikes", "v", "u", "times", "t", "weights"),
        "A probe holds no data: what it asked for is in the recording that run() returns: recording[name].",
    ),
    "Network": {
        **dict.fromkeys(("run", "simulate", "sim", "start", "compile", "build", "step"), _RUN),
        **{name: f"{_STATE}{name}(...)." for name in ("get", "set", "set_input", "reset", "restore", "memory")},
        **dict.fromkeys(("run_samples", "batch"), "Samples are run by Emulator(network).run_samples(steps, inputs)."),
        **dict.fromkeys(("plot", "show", "raster", "draw"), _SHOW),
        **dict.fromkeys(
            ("recording", "spikes", "spike_counts", "results"),
            "What was recorded is returned by the run: recording = Emulator(network).run(steps).",
        ),
        **dict.fromkeys(("record", "monitor"), "Recording is asked for with network.probe(population, variables)."),
        **dict.fromkeys(("add_population", "add", "create", "layer", "add_neurons", "group"),
                        "Neurons are added with network.population(name, shape, vth=...)."),
        **dict.fromkeys(("add_input", "generator", "stimulus"), "Inputs: network.input(name, shape, ...)."),
        **dict.fromkeys(("add_connection", "synapses", "project"), "Synapses: network.connect(pre, post, weights)."),
        "dt": _STEPS,
    },
    "Emulator": {
        **dict.fromkeys(
            ("simulate", "sim", "start", "run_for", "run_steps", "advance", "forward", "tick", "step_once"),
            "Steps are run by emulator.run(steps); one step is run(1).",
        ),
        **dict.fromkeys(("stop", "pause", "close", "wait"), "A run returns when its steps are done; Ctrl-C stops it."),
        **dict.fromkeys(("t", "time", "now", "time_step", "current_step", "steps"), "The next step is emulator.step."),
        **dict.fromkeys(
            ("results", "data", "record", "records", "probes", "spikes", "monitors", "output"),
            "What was recorded is emulator.recording, or what run() returns.",
        ),
        **dict.fromkeys(("stats", "info", "spike_counts"), "They belong to recordings: emulator.recording."),
        **dict.fromkeys(("weights", "state", "v", "u", "values", "read", "variables"),
                        'State, parameters and weights are read with emulator.get(name, variable), get("cells", "v").'),
        **dict.fromkeys(("write", "update", "assign", "set_weights", "set_state", "set_parameters"),
                        "State, parameters and weights are set with emulator.set(name, variable, value)."),
        **dict.fromkeys(("inject", "send", "input", "inputs", "set_inputs"),
                        "Inputs get other events with emulator.set_input(name, spikes=...)."),
        **dict.fromkeys(("load", "load_state", "set_state_dict", "load_checkpoint"), "A checkpoint: restore(path)."),
        **dict.fromkeys(("checkpoint", "save_state", "state_dict", "dump", "store"), "A checkpoint: save(path)."),
        **dict.fromkeys(("populations", "connections"), "They are the network's: emulator.network."),
        **dict.fromkeys(("plot", "show", "raster"), _SHOW),
        "seed": _SEED,
        "dt": _STEPS,
    },
    "Recording": {
        **dict.fromkeys(("plot", "show", "raster", "draw"), _SHOW),
        **dict.fromkeys(("counts", "rates", "spike_count"), "Spikes of each neuron: recording.spike_counts(name)."),
        **dict.fromkeys(("keys", "variables", "probes"), "recording.names lists what was recorded."),
        **dict.fromkeys(("t", "time"), "Steps of rows: recording.times(name); of spikes: .spikes(name).times."),
        **dict.fromkeys(("overflow", "synaptic_events", "counters"), "Counters are in recording.stats."),
        **dict.fromkeys(("wall_s", "versions", "seed"), "Provenance is in recording.info."),
        **dict.fromkeys(("run", "reset"), "A recording is what a run returned; the run is the emulator's."),
        "get": 'State is read with recording["name.variable"], spikes with recording.spikes("name").',
    },
    "Spikes": {
        **dict.fromkeys(("t", "time", "steps", "step"), "The steps of spikes are .times."),
        **dict.fromkeys(("i", "index", "ids", "senders", "neurons", "neuron"), "The neurons of spikes are .indices."),
        **dict.fromkeys(("values", "weights", "payload"), "The values of graded spikes are .payloads."),
        **dict.fromkeys(("counts", "count", "rates"), "Spikes of each neuron: recording.spike_counts(name)."),
        **dict.fromkeys(("plot", "show", "raster"), _SHOW),
    },
}  # fmt: skip
