"""Numbers that are read without parentheses; called like a function, as in other tools, they say what was meant."""

from __future__ import annotations

from typing import Any, ClassVar, NoReturn

from loihi_emu.errors import NotAFunctionError


class _Value(int):
    said: ClassVar[str]

    def __call__(self, *arguments: Any, **keywords: Any) -> NoReturn:
        """Raise an error that names what was meant."""
        raise NotAFunctionError(self.said.format(int(self)))


class Step(_Value):
    """The number of the next step, ``Emulator.step``."""

    said = (
        "Emulator.step is the number of the step that runs next ({}), without parentheses. "
        "To run one step: emulator.run(1)."
    )


class Samples(_Value):
    """A number of samples, ``Recording.samples``."""

    said = (
        "Recording.samples is the number of samples ({}), without parentheses. "
        "The recording of one sample: recording.sample(k)."
    )
