"""How many random examples a test takes that needs fewer than others."""

from __future__ import annotations

from typing import Any

from hypothesis import settings

DEFAULT = 60
"""Of the default profile (conftest.py)."""


def at_most(number: int, **others: Any) -> settings:
    """Settings with so many examples, and as much fewer as the profile of this session has fewer; at least 2."""
    scaled = number * settings.default.max_examples // DEFAULT
    return settings(max_examples=max(2, min(number, scaled)), **others)
