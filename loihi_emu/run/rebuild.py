"""Making an emulator's image anew, with everything that it held."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from loihi_emu.image.build import Image
from loihi_emu.image.handover import adopt
from loihi_emu.network.elements import Connection, Input
from loihi_emu.run.accounts import Books
from loihi_emu.run.control import Pacer

if TYPE_CHECKING:
    from loihi_emu.run.emulator import Emulator


def rebuild(emulator: Emulator, changed: Sequence[Input | Connection], fill: Callable[[Image], None]) -> None:
    """Make the image anew with changed elements; state, parameters and recordings go on as they were, then `fill`.

    If that fails or is interrupted, everything is as before.
    """
    network = emulator.network
    known = network.connections | network.inputs
    before = [known[element.name] for element in changed]
    try:
        for element in changed:
            network.replace(element)
        image = Image(network, emulator.image)
        adopt(image, emulator.image)
        fill(image)
        emulator.image, emulator._pacer, emulator._books = image, Pacer(image), Books(image)
    except BaseException:
        for element in before:
            network.replace(element)
        raise
