"""What a module of PyTorch does to a sample: which layers it calls, and what goes from which to which.

The module is run once, in evaluation mode and without gradients. Layers (what `is_layer` says, and modules without
children) are nodes; tensors that a layer returns carry its name, and so do what :data:`HANDED_ON` makes of them. A sum
of tensors carries both names. What anything else makes of a tensor carries the name of that function, and is an error
where it reaches a layer. A layer that is called several times, as in a loop over time, is one node.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from loihi_emu.errors import UnsupportedError, ValidationError, invalid

INPUT = "input"
HANDED_ON = {
    "__getitem__",
    "stack",
    "unsqueeze",
    "squeeze",
    "clone",
    "contiguous",
    "detach",
    "float",
    "double",
    "to",
    "unbind",
}
"""Functions that hand tensors on: they choose steps, or gather them."""
FLATTENING = {"flatten", "reshape", "view"}
SUMS = {"add", "__add__", "__radd__", "__iadd__", "add_", "iadd", "sum_of"}


@dataclass(frozen=True)
class Wire:
    """Where a tensor comes from: layers whose outputs it is the sum of, or what spoils it."""

    sources: frozenset[str]
    spoiled: str = ""
    flat: bool = False


@dataclass
class TracedLayer:
    """A layer that was called."""

    path: str
    module: nn.Module
    sources: set[str] = field(default_factory=set)
    flattened: bool = False
    shape: tuple[int, ...] = ()
    outputs: list[Tensor] = field(default_factory=list)


@dataclass
class Traced:
    """Layers by path in order of their first calls, those whose outputs the module returns, and the sample."""

    layers: dict[str, TracedLayer]
    returned: list[frozenset[str]]
    sample: Tensor


class _Mode(TorchFunctionMode):
    """Follows tensors through functions outside of layers."""

    def __init__(self, wires: dict[int, Wire], kept: list[Any]) -> None:
        super().__init__()
        self.wires, self.kept, self.inside = wires, kept, 0

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        found = func(*args, **(kwargs or {}))
        if self.inside:
            return found
        given = [self.wires[id(x)] for x in _tensors((args, kwargs)) if id(x) in self.wires]
        if given:
            name = getattr(func, "__name__", str(func))
            wire = self._wire(name, given)
            for x in _tensors(found):
                self.wires[id(x)] = wire
                self.kept.append(x)
        return found

    def _wire(self, name: str, given: list[Wire]) -> Wire:
        spoiled = next((w.spoiled for w in given if w.spoiled), "")
        sources = frozenset().union(*(w.sources for w in given))
        flat = any(w.flat for w in given)
        if name in HANDED_ON or name in FLATTENING or (name in SUMS and len(given) > 1):
            return Wire(sources, spoiled, flat or name in FLATTENING)
        return Wire(sources, spoiled or name)


def traced(module: nn.Module, sample: Tensor, is_layer: Callable[[nn.Module], bool]) -> Traced:
    """Run a module on a sample, and say which layers it called.

    Raises
    ------
    UnsupportedError
        A function between layers that is none of a layer's, with the layer that it reaches.

    Examples
    --------
    >>> found = traced(nn.Sequential(nn.Linear(2, 3), nn.ReLU()), torch.zeros(1, 2), lambda module: False)
    >>> {path: sorted(layer.sources) for path, layer in found.layers.items()}, found.returned
    ({'0': ['input'], '1': ['0']}, [frozenset({'1'})])
    """
    if not isinstance(module, nn.Module):
        raise invalid("from_torch", "module", type(module).__name__, "a torch.nn.Module")
    if not isinstance(sample, Tensor) or sample.ndim < 2:
        given = f"a tensor of shape {tuple(sample.shape)}" if isinstance(sample, Tensor) else type(sample).__name__
        raise invalid("from_torch", "sample", given, "a tensor as the module takes it, of one sample at least")
    paths = {id(m): path or "module" for path, m in module.named_modules()}
    layers: dict[str, TracedLayer] = {}
    wires: dict[int, Wire] = {id(sample): Wire(frozenset({INPUT}))}
    kept: list[Any] = [sample]
    mode = _Mode(wires, kept)

    def is_node(m: nn.Module) -> bool:
        return id(m) in paths and (is_layer(m) or not list(m.children()))

    def before(m: nn.Module, args: Any) -> None:
        if not is_node(m):
            return
        mode.inside += 1
        if mode.inside == 1:
            path = paths[id(m)]
            layer = layers.setdefault(path, TracedLayer(path, m))
            first = next(_tensors(args), None)
            if first is None:
                raise _lost(path, m, "no tensor")
            wire = wires.get(id(first))
            if wire is None or wire.spoiled:
                raise _lost(path, m, "a tensor that no layer made" if wire is None else f"{wire.spoiled}()")
            layer.sources |= wire.sources
            layer.flattened |= wire.flat
            layer.shape = layer.shape or tuple(first.shape)

    def after(m: nn.Module, args: Any, found: Any) -> None:
        if not is_node(m):
            return
        mode.inside -= 1
        if mode.inside == 0:
            layer = layers[paths[id(m)]]
            first = next(_tensors(found), None)
            for x in _tensors(found):
                wires[id(x)] = Wire(frozenset({layer.path}), "" if x is first else f"the state of {layer.path}")
                kept.append(x)
            if first is not None:
                layer.outputs.append(first)

    hooks = [m.register_forward_pre_hook(before) for m in module.modules()]
    hooks += [m.register_forward_hook(after) for m in module.modules()]
    try:
        with _as_it_was(module), torch.no_grad(), mode:
            returned = module(sample)
    except (UnsupportedError, ValidationError):
        raise
    except Exception as problem:
        text = f"{type(problem).__name__}: {problem}"
        raise ValidationError(
            f"from_torch: the module cannot be run on the sample of shape {tuple(sample.shape)} ({text}). Give a "
            "sample as the module takes it.",
            where="from_torch",
        ) from problem
    finally:
        for hook in hooks:
            hook.remove()
    ends = []
    for x in _tensors(returned):
        wire = wires.get(id(x))
        if wire is not None and not wire.spoiled and INPUT not in wire.sources and wire.sources not in ends:
            ends.append(wire.sources)
    if not ends:
        raise UnsupportedError(
            "from_torch: got a module that returns no output of a layer as it is. Return the spikes of the last layer, "
            "or what its last Linear gives; what is done with them after goes into the reading of the result."
        )
    return Traced(layers, ends, sample)


@contextmanager
def _as_it_was(module: nn.Module) -> Iterator[None]:
    """In evaluation mode, from reset state; afterwards as before."""
    modules = list(module.modules())
    saved = [
        (m, dict(m.__dict__), {k: dict(m.__dict__[k]) for k in ("_buffers", "_memories") if k in m.__dict__})
        for m in modules
    ]
    try:
        module.eval()
        for m in modules:
            if "_memories" in m.__dict__:
                m.reset()
        yield
    finally:
        for m, attributes, stores in saved:
            hooks = {k: v for k, v in m.__dict__.items() if "hooks" in k}
            m.__dict__.clear()
            m.__dict__.update(attributes | hooks)
            for key, store in stores.items():
                m.__dict__[key].clear()
                m.__dict__[key].update(store)


def _tensors(given: Any) -> Iterator[Tensor]:
    """Tensors in what a function takes or returns."""
    if isinstance(given, Tensor):
        yield given
    elif isinstance(given, (list, tuple)):
        for x in given:
            yield from _tensors(x)
    elif isinstance(given, dict):
        yield from _tensors(list(given.values()))


def _lost(path: str, module: nn.Module, what: str) -> UnsupportedError:
    return UnsupportedError(
        f'from_torch, module "{path}" ({type(module).__name__}): got {what} as its input. Between layers there may be '
        "sums, flatten, stack and choices of steps; write other functions as layers (torch.nn.Flatten, AvgPool2d, ...)."
    )
