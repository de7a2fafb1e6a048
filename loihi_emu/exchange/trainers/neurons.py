"""Neurons of snnTorch, norse, sinabs and spikingjelly as NIR's primitives, with what NIR has no field for.

A step is 1 here: time constants are in steps. What exporters of these libraries leave out or get wrong is read from the
modules: how they reset, norse's step and its gain, sinabs' gain, thresholds that count when they are reached.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from torch import nn

from loihi_emu.exchange.nir.primitives import Node, made
from loihi_emu.exchange.trainers.layers import array, unsupported

TRAINERS = ("snntorch", "norse", "sinabs", "spikingjelly")
INSTEAD = {
    "snntorch": "Leaky, Synaptic, RLeaky or RSynaptic",
    "norse": "LIFCell, LIFBoxCell, IAFCell, LICell or LIBoxCell",
    "sinabs": "LIF or IAF (also Squeeze), ExpLeak, SumPool2d",
    "spikingjelly": "IFNode, LIFNode, ParametricLIFNode or CUBALIFNode",
}


@dataclass
class Made:
    """What a module becomes.

    Attributes
    ----------
    node : Node
    subtracts : bool
        A spike takes the threshold off.
    loops : list of (Node, int)
        Linear nodes from its spikes back to it, and the steps that they take.
    notes : list of str
        What is not exact.
    """

    node: Node
    subtracts: bool = False
    loops: list[tuple[Node, int]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def library(module: nn.Module) -> str:
    """The trainer that a module's class is from; an empty text for torch's own, and what is derived from one of its."""
    names = [cls.__module__.partition(".")[0] for cls in type(module).__mro__]
    kinds = [cls.__name__ for cls in type(module).__mro__ if cls.__module__.startswith("torch.")]
    found = next((name for name in names if name in TRAINERS), "")
    own = (found, type(module).__name__) in _MAKERS or kinds[:1] == ["Module"]
    return found if own else ""


def neuron_of(path: str, module: nn.Module, shape: tuple[int, ...]) -> Made:
    """The primitive of a trainer's neuron, whose input has a shape."""
    trainer = library(module)
    maker = _MAKERS.get((trainer, type(module).__name__))
    if maker is None:
        raise unsupported(path, module, "a module without a counterpart", INSTEAD[trainer])
    return maker(path, module, shape)


def is_sequence(module: nn.Module) -> bool:
    """Whether a module takes all steps of its samples at once."""
    trainer, kind = library(module), type(module).__name__
    if trainer == "spikingjelly":
        return getattr(module, "step_mode", "s") == "m"
    return (trainer == "sinabs" and kind in ("LIF", "IAF", "ExpLeak")) or (
        trainer == "norse" and kind in ("LIF", "LIFBox", "IAF", "LI", "LIBox")
    )


# ---------------------------------------------------------------- snnTorch
def _snntorch(path: str, module: Any, shape: tuple[int, ...]) -> Made:
    kind = type(module).__name__
    for name, plain in (("inhibition", False), ("state_quant", False), ("graded_spikes_factor", 1.0)):
        value = getattr(module, name, plain)
        if np.any(array(value) != plain) if name == "graded_spikes_factor" else value:
            raise unsupported(path, module, f"{name}={value}", f"{name}={plain}")
    reset = module.reset_mechanism
    if reset not in ("subtract", "zero"):
        raise unsupported(path, module, f'reset_mechanism="{reset}"', '"subtract" or "zero"')
    beta, vth = np.clip(array(module.beta), 0, 1), array(module.threshold)
    place = f'module "{path}"'
    synaptic = kind.endswith("Synaptic")
    alpha = np.clip(array(module.alpha), 0, 1) if synaptic else np.zeros(())
    if ((beta >= 1).any() and (synaptic or (beta < 1).any())) or (alpha >= 1).any():
        raise unsupported(path, module, "a beta or alpha of 1", "values below 1 (0.9999); for Leaky all 1")
    if synaptic:
        tau_syn, tau_mem = 1 / (1 - alpha), 1 / (1 - beta)
        fields = {
            "tau_syn": tau_syn,
            "w_in": tau_syn,
            "tau_mem": tau_mem,
            "r": tau_mem,
            "v_leak": 0.0,
            "v_threshold": vth,
        }
        node = made("CubaLIF", place, fields)
    elif (beta >= 1).all():
        node = made("IF", place, {"r": 1.0, "v_threshold": vth})
    else:
        node = made("LIF", place, {"tau": 1 / (1 - beta), "r": 1 / (1 - beta), "v_leak": 0.0, "v_threshold": vth})
    found = Made(node, reset == "subtract")
    n = int(np.prod(shape))
    if reset == "subtract" and module.reset_delay:
        # The threshold is taken off in the next step, after the decay: less by (1 - beta) vth than off the sum before.
        rest = np.broadcast_to(-((1 - beta) * vth).reshape(-1), (n,))
        if rest.any():
            found.loops.append((made("Linear", place, {"weight": np.diag(rest)}), 1))
            if np.any(alpha):
                back = -rest * np.broadcast_to(alpha.reshape(-1), (n,))
                found.loops.append((made("Linear", place, {"weight": np.diag(back)}), 2))
    if reset == "subtract" and not module.reset_delay:
        found.notes.append(
            f"{place}: exact while v stays below twice the threshold; beyond, snnTorch takes it off a step later."
        )
    if reset == "zero" and module.reset_delay and kind != "Leaky":
        # The step after a spike is lost, but for Leaky, which resets before it.
        given = 'reset_mechanism="zero" with reset_delay=True, which also drops the input of the next step'
        raise unsupported(path, module, given, 'reset_delay=False, or "subtract"')
    if kind.startswith("R"):
        found.loops.append((_recurrent(path, module, n), 1))
    return found


def _recurrent(path: str, module: Any, n: int) -> Node:
    """The synapses of a recurrent layer."""
    place = f'module "{path}.recurrent"'
    inner = module.recurrent
    if isinstance(inner, nn.Linear):
        if inner.bias is None:
            return made("Linear", place, {"weight": array(inner.weight)})
        return made("Affine", place, {"weight": array(inner.weight), "bias": array(inner.bias)})
    if hasattr(inner, "V"):
        return made("Linear", place, {"weight": np.diag(np.broadcast_to(array(inner.V).reshape(-1), (n,)))})
    raise unsupported(f"{path}.recurrent", inner, "a recurrent convolution", "linear_features= or all_to_all=False")


# ---------------------------------------------------------------- norse
def _norse(path: str, module: Any, shape: tuple[int, ...]) -> Made:
    kind, p = type(module).__name__.removesuffix("Cell"), module.p
    place, dt = f'module "{path}"', float(module.dt)
    if kind == "IAF":
        fields = {"r": 1.0, "v_threshold": array(p.v_th), "v_reset": array(getattr(p, "v_reset", 0.0))}
        return Made(made("IF", place, fields))
    leak = array(p.v_leak)
    if leak.any():
        given = f"v_leak={leak.min():g}, where its v begins"
        raise unsupported(path, module, given, "v_leak=0: shift v_th and v_reset by it")
    fields = {"tau_mem": 1 / (dt * array(p.tau_mem_inv)), "r": 1.0, "v_leak": 0.0}
    if kind in ("LIF", "LI"):  # a gain of 1 per step, whatever the time constant
        tau = 1 / (dt * array(p.tau_syn_inv))
        fields |= {"tau_syn": tau, "w_in": tau}
    else:
        fields["tau"] = fields.pop("tau_mem")
    if kind in ("LIF", "LIFBox"):
        fields |= {"v_threshold": array(p.v_th), "v_reset": array(p.v_reset)}
    names = {"LIF": "CubaLIF", "LI": "CubaLI", "LIFBox": "LIF", "LIBox": "LI"}
    return Made(made(names[kind], place, fields))


# ---------------------------------------------------------------- sinabs
def _sinabs(path: str, module: Any, shape: tuple[int, ...]) -> Made:
    place, kind = f'module "{path}"', type(module).__name__
    alpha = np.ones(()) if kind.startswith("IAF") else array(module.alpha_mem_calculated)
    gain = 1 - alpha if getattr(module, "norm_input", False) else np.ones_like(alpha)
    fields: dict[str, Any] = {}
    if kind.startswith("IAF"):
        name, fields = "IF", {"r": 1.0}
    else:
        name, fields = "LIF", {"tau": 1 / (1 - alpha), "r": gain / (1 - alpha), "v_leak": 0.0}
    synaptic = getattr(module, "alpha_syn_calculated", None)
    if synaptic is not None:
        if name == "IF":
            raise unsupported(path, module, "an IAF with tau_syn", "LIF with tau_syn and a long tau_mem")
        a = array(synaptic)  # i = a (i + x): so a spike counts a
        tau = 1 / (1 - a)
        name, fields = (
            "CubaLIF",
            {"tau_mem": fields["tau"], "r": fields["r"], "v_leak": 0.0, "tau_syn": tau, "w_in": a * tau},
        )
    if kind.startswith("ExpLeak") or module.spike_fn is None:
        return Made(made({"LIF": "LI", "CubaLIF": "CubaLI", "IF": "I"}[name], place, fields))
    notes = []
    if getattr(module.spike_fn, "__name__", type(module.spike_fn).__name__) != "SingleSpike":
        notes.append(
            f'{place}: several spikes in a step become one in each; what is left waits in v. "SingleSpike" is exact.'
        )
    if module.min_v_mem is not None:
        notes.append(f"{place}: min_v_mem={array(module.min_v_mem).min():g} is left out: v may go below it.")
    vth = array(module.spike_threshold)
    fields["v_threshold"] = np.nextafter(vth, -np.inf)  # reached is enough
    subtracts = type(module.reset_fn).__name__ == "MembraneSubtract"
    if subtracts and module.reset_fn.subtract_value not in (None, float(vth.reshape(-1)[0])):
        raise unsupported(path, module, "a subtract_value of its own", "MembraneSubtract() of the threshold")
    if not subtracts:
        fields["v_reset"] = float(getattr(module.reset_fn, "reset_value", 0.0))
    return Made(made(name, place, fields), subtracts, notes=notes)


def _sum_pool(path: str, module: Any, shape: tuple[int, ...]) -> Made:
    size = np.broadcast_to(np.asarray(module.kernel_size), (2,))
    stride = size if module.stride is None else np.broadcast_to(np.asarray(module.stride), (2,))
    return Made(made("SumPool2d", f'module "{path}"', {"kernel_size": size, "stride": stride, "padding": (0, 0)}))


# ---------------------------------------------------------------- spikingjelly
def _spikingjelly(path: str, module: Any, shape: tuple[int, ...]) -> Made:
    place, kind = f'module "{path}"', type(module).__name__
    soft = module.v_reset is None
    back = 0.0 if soft else float(module.v_reset)
    if back:
        raise unsupported(path, module, f"v_reset={back:g}, where its v begins", "v_reset=0.0 or None")
    vth = np.nextafter(array(module.v_threshold), -np.inf)  # reached is enough
    fields: dict[str, Any] = {"v_threshold": vth, "v_reset": 0.0}
    if kind == "IFNode":
        return Made(made("IF", place, fields | {"r": 1.0}), soft)
    if kind == "CUBALIFNode":
        tau_syn, tau = 1 / (1 - float(module.c_decay)), 1 / (1 - float(module.v_decay))
        fields |= {"tau_syn": tau_syn, "w_in": tau_syn, "tau_mem": tau, "r": tau, "v_leak": 0.0}
        return Made(made("CubaLIF", place, fields), soft)
    tau = 1 / float(module.w.sigmoid()) if kind == "ParametricLIFNode" else float(module.tau)
    gain = 1.0 if module.decay_input else tau
    return Made(made("LIF", place, fields | {"tau": tau, "r": gain, "v_leak": 0.0}), soft)


Maker = Callable[[str, Any, tuple[int, ...]], Made]
_MAKERS: dict[tuple[str, str], Maker] = {
    **{("snntorch", kind): _snntorch for kind in ("Leaky", "Synaptic", "RLeaky", "RSynaptic")},
    **{("norse", f"{kind}{cell}"): _norse for kind in ("LIF", "LIFBox", "IAF", "LI", "LIBox") for cell in ("", "Cell")},
    **{("sinabs", f"{kind}{way}"): _sinabs for kind in ("LIF", "IAF", "ExpLeak") for way in ("", "Squeeze")},
    ("sinabs", "SumPool2d"): _sum_pool,
    **{("spikingjelly", f"{kind}Node"): _spikingjelly for kind in ("IF", "LIF", "ParametricLIF", "CUBALIF")},
}
