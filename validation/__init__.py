"""Checks of the emulator against things written apart from it.

The oracle (:mod:`loihi_emu.validation.oracle`) is a second emulator in plain Python integers, one neuron and one
synapse at a time. The golden modules replay networks that other emulators recorded.
"""
