"""What a NIR graph computes, step by step in float64: dense, node by node, without lags; nothing of the importer."""

from itertools import product

import numpy as np


def run(graph, inputs, steps, *, dt, resets=None):
    """Values that every node sends, by name and (steps, n); what a loop hands back is that of the step before."""
    resets = resets or {}
    order, back = ordered(graph)
    sent = {name: [] for name in graph.nodes}
    states = {name: {} for name in graph.nodes}
    for t in range(steps):
        now = {}
        for name in order:
            node = graph.nodes[name]
            if type(node).__name__ == "Input":
                now[name] = np.asarray(inputs[name][t], float)
                continue
            total = 0.0
            for pre, post in graph.edges:
                if post == name:
                    if (pre, post) in back:
                        total = total + (sent[pre][t - 1] if t else at_rest(graph, pre))
                    else:
                        total = total + now[pre]
            now[name] = apply(node, total, states[name], dt, resets.get(name, "v_reset"), t)
        for name, value in now.items():
            sent[name].append(value)
    return {name: np.array([np.ravel(x) for x in values]) for name, values in sent.items()}


def at_rest(graph, name):
    """What a neuron sends before the first step."""
    node = graph.nodes[name]
    return np.zeros(np.shape(getattr(node, "r", getattr(node, "threshold", 0.0))))


def ordered(graph):
    """Names in order, and the edges out of neurons that close a loop."""
    before = {name: [a for a, b in graph.edges if b == name] for name in graph.nodes}
    order, back, seen = [], set(), {}

    def visit(name):
        seen[name] = "open"
        for pre in before[name]:
            if pre not in seen:
                visit(pre)
            elif seen[pre] == "open":
                back.add((pre, name))
        seen[name] = "done"
        order.append(name)

    for name, node in graph.nodes.items():
        if type(node).__name__ == "Output" and name not in seen:
            visit(name)
    return order, back


def apply(node, x, state, dt, reset, t):
    """One node, one step."""
    kind = type(node).__name__
    if kind in ("Linear", "Affine"):
        y = node.weight @ np.ravel(x)
        return y + node.bias if kind == "Affine" else y
    if kind == "Scale":
        return node.scale * x
    if kind == "Flatten":
        return np.ravel(x)
    if kind == "Output":
        return x
    if kind == "Threshold":
        return (x > node.threshold).astype(float)
    if kind == "Delay":
        kept = state.setdefault("kept", [])
        kept.append(np.broadcast_to(x, np.shape(node.delay)))
        steps = np.rint(node.delay / dt).astype(int)
        return np.array([kept[t - k][i] if t >= k else 0.0 for i, k in enumerate(steps)])
    if kind in ("Conv2d", "Conv1d"):
        return convolved(node, x, kind)
    if kind in ("SumPool2d", "AvgPool2d"):
        return pooled(node, x, kind)
    return neuron(node, kind, x, state, dt, reset)


def neuron(node, kind, x, state, dt, reset):
    """One step of a primitive with state."""
    shape = np.shape(node.r)
    x = np.broadcast_to(x, shape) if np.size(x) == 1 else np.reshape(x, shape)
    v = state.get("v", np.zeros(shape))
    if kind.startswith("Cuba"):
        i = state.get("i", np.zeros(shape))
        i = i + dt / node.tau_syn * (node.w_in * x - i)
        state["i"] = x = i
    if kind in ("I", "IF"):
        v = v + dt * node.r * x
    else:
        tau = node.tau_mem if kind.startswith("Cuba") else node.tau
        v = v + dt / tau * (node.v_leak - v + node.r * x)
    state["v"] = v
    if kind in ("I", "LI", "CubaLI"):
        return v
    spikes = v > node.v_threshold
    state["v"] = np.where(spikes, v - node.v_threshold if reset == "subtract" else node.v_reset, v)
    return spikes.astype(float)


def two(value):
    return tuple(int(k) for k in np.broadcast_to(value, (2,)))


def convolved(node, x, kind):
    """A cross-correlation by its definition."""
    w = node.weight if kind == "Conv2d" else node.weight[:, :, None, :]
    x = x if kind == "Conv2d" else x[:, None, :]
    axes = (lambda k: two(k)) if kind == "Conv2d" else (lambda k: (1, int(k)))
    (sy, sx), (dy, dx) = axes(node.stride), axes(node.dilation)
    py, px = two(node.padding) if kind == "Conv2d" else (0, int(node.padding))
    x = np.pad(x, ((0, 0), (py, py), (px, px)))
    c_out, c_in, kh, kw = w.shape
    h, wd = (x.shape[1] - dy * (kh - 1) - 1) // sy + 1, (x.shape[2] - dx * (kw - 1) - 1) // sx + 1
    out = np.zeros((c_out, h, wd))
    per = c_out // int(node.groups)
    for o, y, z in product(range(c_out), range(h), range(wd)):
        first = o // per * c_in
        seen = x[first : first + c_in, y * sy : y * sy + dy * kh : dy, z * sx : z * sx + dx * kw : dx]
        out[o, y, z] = (seen[:, :kh, :kw] * w[o]).sum() + node.bias[o]
    return out if kind == "Conv2d" else out[:, 0]


def pooled(node, x, kind):
    """A sum or mean over windows, zeros of the padding included."""
    (kh, kw), (sy, sx), (py, px) = two(node.kernel_size), two(node.stride), two(node.padding)
    x = np.pad(x, ((0, 0), (py, py), (px, px)))
    h, w = (x.shape[1] - kh) // sy + 1, (x.shape[2] - kw) // sx + 1
    out = np.zeros((x.shape[0], h, w))
    for c, y, z in product(range(x.shape[0]), range(h), range(w)):
        out[c, y, z] = x[c, y * sy : y * sy + kh, z * sx : z * sx + kw].sum()
    return out / (kh * kw) if kind == "AvgPool2d" else out
