"""Errors as users read them."""

import pytest

from loihi_emu import LoihiEmuError, ValidationError

UNHEEDED = pytest.mark.filterwarnings("ignore::loihi_emu.LoihiInputWarning")
"""For files whose networks are drawn at random, or made to look at one thing: other parts of them have no effect."""


def complains(action, texts, kind=ValidationError):
    """Run `action`, which must raise one clear error that says all of `texts`; returns its text."""
    with pytest.raises(kind) as caught:
        action()
    text = str(caught.value)
    assert isinstance(caught.value, LoihiEmuError)
    assert "\n" not in text and len(text) < 400, text
    for part in texts:
        assert part in text, f"{part!r} is not in: {text}"
    return text
