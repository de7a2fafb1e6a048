"""Neuron models: a file each, with its record, its kernel, and ``MODELS``, its models by the names of rule sets.

:mod:`loihi_emu.models.registry` reads every file in this folder.
"""
