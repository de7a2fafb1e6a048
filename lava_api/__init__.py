"""The names of Lava 0.10, run in one process on top of loihi_emu.

``lava_api.magma`` holds processes, ports, process models, the compiler and the runtime under the module names of
``lava.magma``. A program's Python models run in the calling process, one after the other and in the same order every
time: no fork, sockets, shared memory or threads. ``import lava_api.as_lava`` gives all of it Lava's own name.
CHANGELOG.md says what else is there.
"""

from lava_api import _chip, _runner

_chip.install()
_runner.install()


def load_ipython_extension(shell: object) -> None:
    """Let ``lava`` mean lava_api (``%load_ext lava_api``)."""
    from lava_api._alias import install

    install()


def unload_ipython_extension(shell: object) -> None:
    """Let ``lava`` mean again what is installed by that name (``%unload_ext lava_api``)."""
    from lava_api._alias import uninstall

    uninstall()
