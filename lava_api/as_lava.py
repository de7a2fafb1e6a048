"""Importing this module makes ``lava`` mean lava_api, for the rest of the process.

A program written for Lava then runs unchanged::

    import lava_api.as_lava
    from lava.proc.lif.process import LIF

Without touching the program: ``python -m lava_api program.py``, ``pytest -p lava_api.as_lava``, or
``%load_ext lava_api`` in IPython and Jupyter. Processes that a program starts with `multiprocessing` know the
name too, whichever way they are started.
"""

from lava_api._alias import install

install()
