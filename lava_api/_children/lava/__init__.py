"""The name ``lava`` in processes that `multiprocessing` begins anew: they get the folder around from their parent."""

import importlib
import sys

from lava_api._alias import install

if __name__ == "lava":
    sys.modules.pop(__name__)
    install()
    importlib.import_module(__name__)
