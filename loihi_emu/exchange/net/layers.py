"""The layers of a .net file as plain data: what kinds there are, and the sets that each has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from loihi_emu.errors import invalid, unknown


class Sets(NamedTuple):
    """Names of the data sets that a layer must have, and of those it may have."""

    needed: tuple[str, ...]
    optional: tuple[str, ...] = ()


PLACED = ("kernelSize", "stride", "padding", "dilation")
"""How a kernel lies on an image; without it: stride 1 (of pools the kernel's size), padding 0, dilation 1."""
DENSE = ("shape", "inFeatures", "outFeatures", "bias", "delay")
KERNEL = ("shape", "inChannels", "outChannels", *PLACED, "groups", "bias", "delay")
KINDS: Mapping[str, Sets] = {
    "input": Sets(("shape",), ("weight", "bias")),
    "dense": Sets(("weight",), DENSE),
    "dense_comp": Sets(("weight",), DENSE),
    "dense_rec": Sets(("weight", "weight_rec"), DENSE),
    "conv": Sets(("weight",), KERNEL),
    "convT": Sets(("weight",), KERNEL),
    "pool": Sets(("weight",), ("shape", *PLACED, "delay")),
    "unpool": Sets(("weight",), ("shape", *PLACED, "delay")),
    "flatten": Sets((), ("shape",)),
    "average": Sets(("shape",)),
    "concat": Sets(("layers",), ("shape",)),
}
"""Every layer that lava-dl names, and what its writers and its reader know of it."""
COMPLEX = ("real", "imag")
"""Parts of the weights to the two ports of resonators."""
WITHOUT_NEURONS = ("flatten", "average", "concat")


@dataclass(frozen=True, eq=False, init=False)
class Layer:
    """One layer of a .net file.

    Parameters
    ----------
    kind : str
        ``input``, ``dense``, ``dense_rec``, ``conv``, ``convT``, ``pool``, ``unpool``, ``flatten``, ``average`` or
        ``concat``.
    neuron : mapping, optional
        The sets of the group ``neuron``, ``type`` among them: ``{"type": "CUBA", "vThMant": 25, ...}``.
    place : str
        Where it stands, for errors.
    **sets
        The other data sets, by the names that they have in files: ``weight``, ``bias``, ``stride``, ... Complex weights
        are ``{"real": ..., "imag": ...}``.

    Examples
    --------
    >>> Layer("dense", {"type": "CUBA", "vThMant": 10}, weight=[[2, 4]]).sets["weight"]
    [[2, 4]]
    """

    kind: str
    neuron: Mapping[str, Any] | None = None
    place: str = ""
    sets: Mapping[str, Any] = field(default_factory=dict)

    def __init__(self, kind: str, neuron: Mapping[str, Any] | None = None, *, place: str = "", **sets: Any) -> None:
        if kind not in KINDS:
            raise unknown("type of layer", kind, tuple(KINDS), where=place, few=len(KINDS))
        place = place or f"layer {kind}"
        needed, optional = KINDS[kind]
        for name in sets:
            if name not in (*needed, *optional):
                raise unknown("data set", name, (*needed, *optional), where=f"{place} ({kind})", few=20)
        given = {name: value for name, value in sets.items() if value is not None}
        for name in needed:
            if name not in given:
                what = f"a {kind} layer without it"
                raise invalid(
                    place, name, what, f"a {kind} layer with {', '.join(needed)}", advice="Write the file again."
                )
        if neuron is not None and kind in WITHOUT_NEURONS:
            raise invalid(place, "neuron", f"neurons of a {kind} layer", f"none: a {kind} layer has no neurons")
        for name, value in (("kind", kind), ("neuron", neuron), ("place", place), ("sets", given)):
            object.__setattr__(self, name, value)

    def __repr__(self) -> str:
        neurons = "" if self.neuron is None else f", {self.neuron.get('type', 'neurons without a type')}"
        return f"<Layer: {self.kind}{neurons}, {', '.join(self.sets) or 'no sets'}>"

    @property
    def is_complex(self) -> bool:
        """Whether the weights lead to the real and the imaginary part of resonators."""
        return isinstance(self.sets.get("weight"), Mapping)


def layer_of(entry: Mapping[str, Any], place: str) -> Layer:
    """A layer from what was read of its group; sets that no layer has are left out."""
    kind = entry.get("type")
    if kind is None:
        raise invalid(
            place, "type", "a layer without it", f"a layer of type {', '.join(KINDS)}", advice="Write the file again."
        )
    if not isinstance(kind, str) or kind not in KINDS:
        raise unknown("type of layer", kind, tuple(KINDS), where=place, few=len(KINDS))
    neuron = entry.get("neuron")
    if neuron is not None and not isinstance(neuron, Mapping):
        raise invalid(place, "neuron", "an array", "a group with the type and the parameters of neurons")
    if kind in WITHOUT_NEURONS:
        neuron = None
    known = {name: entry[name] for name in (*KINDS[kind].needed, *KINDS[kind].optional) if name in entry}
    return Layer(kind, neuron, place=place, **known)
