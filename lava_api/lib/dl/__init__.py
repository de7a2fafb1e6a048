"""Of lava-dl its ``netx``, which runs networks that lava-dl trained. The trainer itself is lava-dl's."""

from __future__ import annotations

from typing import NoReturn

from lava_api._alias import no_part

TRAINERS = ("slayer", "bootstrap", "decolle")
"""Modules of lava-dl that are not here."""


def __getattr__(name: str) -> NoReturn:
    """Say where the trainers are."""
    if name in TRAINERS:
        raise no_part(f"lava.lib.dl.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
