"""Process models that allocate compartments, axons and synapses of neuromorphic cores.

Lava's own classes for them belong to Intel's extension for hardware, which is not public. The names and calls here are
those that public programs use, with the arithmetic of Lava's fixed-point models; :mod:`.net` says what is there.
"""
