"""Names of what process models run on and of the systems that have it. In the emulator all of it is the host."""

from __future__ import annotations

from abc import ABC
from typing import ClassVar


class AbstractResource(ABC):  # noqa: B024
    """Something that a model may require."""


class AbstractComputeResource(AbstractResource):
    """Something that computes."""


class CPU(AbstractComputeResource):
    """A host processor, for Python models."""


class HostCPU(AbstractComputeResource):
    """The processor of a Loihi system's host."""


class GPU(AbstractComputeResource):
    """A graphics processor."""


class ECPU(AbstractComputeResource):
    """A processor embedded in a Loihi chip."""


class LMT(ECPU):
    """The embedded x86 core."""


class PB(ECPU):
    """The embedded parallel-bus processor."""


class NeuroCore(AbstractComputeResource):
    """A neuromorphic core of any Loihi."""


class Loihi1NeuroCore(NeuroCore):
    """A neuromorphic core of Loihi 1."""


class Loihi2NeuroCore(NeuroCore):
    """A neuromorphic core of Loihi 2."""


class AbstractPeripheralResource(AbstractResource):
    """Something attached."""


class DVS(AbstractPeripheralResource):
    """An event camera."""


class HardDrive(AbstractPeripheralResource):
    """A disk."""


class HeadNodeHardDrive(AbstractPeripheralResource):
    """The disk of a head node."""


class AbstractNode(ABC):  # noqa: B024
    """A machine; `resources` lists what it has."""

    resources: ClassVar[list[type[AbstractResource]]] = []


class GenericNode(AbstractNode):
    """A machine with processor and disk."""

    resources: ClassVar[list[type[AbstractResource]]] = [CPU, HardDrive]


class HeadNode(GenericNode):
    """The machine that users log in to."""

    resources: ClassVar[list[type[AbstractResource]]] = [CPU, HeadNodeHardDrive]


class Loihi1System(AbstractNode):
    """A system with Loihi 1."""


class KapohoBay(Loihi1System):
    """Loihi 1 on a stick."""

    resources: ClassVar[list[type[AbstractResource]]] = [Loihi1NeuroCore, LMT]


class Nahuku(Loihi1System):
    """Loihi 1 board."""

    resources: ClassVar[list[type[AbstractResource]]] = [CPU, Loihi1NeuroCore, LMT]


class Pohoiki(Loihi1System):
    """Loihi 1 rack."""

    resources: ClassVar[list[type[AbstractResource]]] = [CPU, Loihi1NeuroCore, LMT]


class Loihi2System(AbstractNode):
    """A system with Loihi 2."""


class OheoGulch(Loihi2System):
    """Loihi 2 board with one chip."""

    resources: ClassVar[list[type[AbstractResource]]] = [Loihi2NeuroCore, LMT, PB]


class KapohoPoint(Loihi2System):
    """Loihi 2 board with eight chips."""

    resources: ClassVar[list[type[AbstractResource]]] = [Loihi2NeuroCore, LMT, PB]


class Unalaska(Loihi2System):
    """Loihi 2 board with a host processor."""

    resources: ClassVar[list[type[AbstractResource]]] = [CPU, Loihi2NeuroCore, LMT, PB]
