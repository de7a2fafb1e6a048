"""Network exchange: Lava processes of lava-dl's .net files, without torch and without lava-dl."""

from lava_api.lib.dl.netx import blocks, hdf5, utils
from lava_api.lib.dl.netx import sequential_modules as modules

__all__ = ["blocks", "hdf5", "modules", "utils"]
