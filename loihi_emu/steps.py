"""The number of a step, as :attr:`loihi_emu.Emulator.step` gives it."""

from __future__ import annotations

from typing import Any, NoReturn

from loihi_emu.errors import NotAFunctionError


class Step(int):
    """A whole number. Called like a function, as in other tools, it says how to run a step."""

    def __call__(self, *arguments: Any, **keywords: Any) -> NoReturn:
        """Raise an error that names what was meant."""
        raise NotAFunctionError(
            f"Emulator.step is the number of the step that runs next ({int(self)}), without parentheses. "
            "To run one step: emulator.run(1)."
        )
