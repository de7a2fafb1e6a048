"""Builders: which synapses there are between two populations, and distributions of their weights and delays.

A builder is one file here and one of kernels in ``loihi_emu/models/drawing``; :mod:`loihi_emu.network.builders.known`
lists them.
"""
