"""Bound: what does the work of one process in place of its model."""

from __future__ import annotations

from typing import Any


class Bound:
    """What does the work of one process.

    Model and process have the attributes that their own classes declare: variables here, ports there.
    """

    model: Any  # an AbstractProcessModel; it keeps the variables
    process: Any  # an AbstractProcess
