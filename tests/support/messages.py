"""Errors as users read them."""

import pytest

from loihi_emu import LoihiEmuError, ValidationError

UNHEEDED = pytest.mark.filterwarnings("ignore:connection .* weights lose up to", "ignore:input .* events have payload")
"""For files whose networks are drawn at random: weights lose low bits, and payloads arrive where nothing reads them."""


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
