"""Ports of process models in C: names for their declaration."""

from __future__ import annotations


class AbstractCPort:
    """A port of a process model in C."""


class CInPort(AbstractCPort):
    """Receives messages."""


class COutPort(AbstractCPort):
    """Sends messages."""


class CRefPort(AbstractCPort):
    """Reads and writes variables of other processes."""


class CVarPort(AbstractCPort):
    """Lets others read and write a variable."""
