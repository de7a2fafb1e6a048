"""The state of a whole network, in the form that does not depend on shares and ranks: what checkpoints have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from loihi_emu.image.exchange import Exchange
from loihi_emu.image.groups import Group
from loihi_emu.image.learner import Learner
from loihi_emu.image.pending import Pending
from loihi_emu.models.memory import Arena, Array


class WholeState:
    """Base of images: all state by the names that checkpoints have."""

    arena: Arena
    groups: list[Group]
    learners: dict[str, Learner]
    pending: list[Pending]
    exchange: Exchange | None

    def state_shapes(self) -> dict[str, tuple[tuple[int, ...], np.dtype[Any]]]:
        """Shape and dtype of each array."""
        shapes = {name: (self.arena[name].shape, self.arena[name].dtype) for name in self.arena.names}
        for name, learner, variable in self._learned(shapes):
            shapes[name] = (learner.shape(variable, shapes[name][0]), shapes[name][1])
        return shapes | {p.key: (p.shape, np.dtype(p.group.model.accumulator)) for p in self.pending}

    def whole_state(self, names: Iterable[str] | None = None) -> dict[str, Array]:
        """All state, or arrays of some names: those in use, and rings of what is under way. All ranks call it."""
        chosen = self.arena.names if names is None else names
        state = {name: self.arena[name] for name in chosen}
        if names is None:
            state |= {p.key: p.ring(self.arena) for p in self.pending}
        learned = list(self._learned(state))
        for name, learner, variable in learned:
            state[name] = learner.spread(variable, state[name])
        if self.exchange is not None:
            whose = {name: (learner, variable) for name, learner, variable in learned}
            self.exchange.refresh(state, self.groups, whose)
        for name, learner, variable in learned:
            state[name] = learner.whole(variable, state[name])
        return state

    @property
    def all_state(self) -> Mapping[str, Array]:
        """The same; of several ranks each array is got from all of them when it is asked for, by all."""
        return _Arrays(self)

    def take_state(self, state: Mapping[str, Array]) -> None:
        """Take over some of :meth:`whole_state`, before anything has run."""
        rings = {p.key: p for p in self.pending}
        for name, values in state.items():
            if name in rings:
                rings[name].begin(self.arena, values)
        learned = {name: (learner, variable) for name, learner, variable in self._learned(state)}
        for name, values in state.items():
            if name in learned:
                learner, variable = learned[name]
                learner.take(variable, values, self.arena[name])
            elif name not in rings:
                self.arena[name][...] = values
        for learner in self.learners.values():
            learner.agree(self.arena)

    def _learned(self, names: Iterable[str]) -> Iterator[tuple[str, Learner, str]]:
        """Those of some names that learners have, with the learner and what it is there."""
        by_key = {learner.key: learner for learner in self.learners.values()}
        for name in names:
            parts = name.split(".")
            for length in range(len(parts) - 1, 1, -1):  # names of connections may have points
                learner = by_key.get(".".join(parts[:length]))
                if learner is not None:
                    yield name, learner, ".".join(parts[length:])
                    break


class _Arrays(Mapping[str, Array]):
    """State of an image, got when asked for."""

    def __init__(self, image: WholeState) -> None:
        self._image = image

    def __getitem__(self, name: str) -> Array:
        return self._image.whole_state([name])[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._image.arena.names)

    def __len__(self) -> int:
        return len(self._image.arena.names)
