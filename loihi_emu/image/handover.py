"""From one image of a network to the next, with other weights, inputs or rules: nothing is lost between them."""

from __future__ import annotations

from loihi_emu.errors import SimulationError
from loihi_emu.image.build import Image


def adopt(image: Image, old: Image) -> None:
    """Go on where an image left off: state, parameters, counters, and what was recorded."""
    _adopt_state(image, old)
    for group, old_group in zip(image.groups, old.groups, strict=True):
        group.parameters = {name: dict(values) for name, values in old_group.parameters.items()}
        group.count_from(old_group.counters())
        image.refresh(group)
    for name, source in image.inputs.items():
        source.parts[0].counter[0] = sum(int(part.counter[0]) for part in old.inputs[name].parts)
    image.count_from(old.events, old.convolution_wraps)
    image.levels.filled[:] = old.levels.filled
    image.levels.total[:] = old.levels.total
    for recorded, earlier in zip(image.recorded, old.recorded, strict=True):
        recorded.recorder.adopt(earlier.recorder)


def _adopt_state(image: Image, old: Image) -> None:
    """Take over every array of the state; only a rule that was changed may have others than before.

    Its new traces begin at 0. Where its epochs are longer or shorter, who spiked in the unfinished one is forgotten.
    """
    changed = {x.key: x.rule.t_epoch for name, x in image.learners.items() if x.rule != old.learners[name].rule}
    shapes, old_state, taken = image.state_shapes(), old.whole_state(), {}
    for key in dict.fromkeys((*shapes, *old_state)):
        shape, old_shape = shapes.get(key, (None, None))[0], old_state[key].shape if key in old_state else None
        if shape is not None and shape == old_shape:
            taken[key] = old_state[key]
        elif not any(key.startswith(f"{prefix}.") for prefix in changed):
            raise SimulationError(f"{key}: state of shape {old_shape} cannot go on in memory of shape {shape}.")
    image.take_state(taken)
    for learner in old.learners.values():
        if changed.get(learner.key, learner.rule.t_epoch) != learner.rule.t_epoch:
            for stamp in ("x0", "y0"):
                image.arena[f"{learner.key}.{stamp}"][:] = 0
