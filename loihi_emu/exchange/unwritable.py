"""The error for what a form of files does not have."""

from __future__ import annotations

from loihi_emu.errors import UnsupportedError

ADVICE = "Network.save keeps everything."


def unwritable(where: str, given: str) -> UnsupportedError:
    """Build the error for a part of a network that cannot be written.

    Examples
    --------
    >>> print(unwritable('to_nir, population "cells"', "noise, which NIR does not have"))
    to_nir, population "cells": got noise, which NIR does not have. Network.save keeps everything.
    """
    return UnsupportedError(f"{where}: got {given}. {ADVICE}")
