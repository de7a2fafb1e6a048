"""The leaf models: compiled kernels of compartments, synapses, inputs and probes, and the table that names them.

A leaf is a function ``leaf(description, step)``: the address of a row of 64-bit words, and the number of the step.
The time loop (:mod:`loihi_emu.models.loop`) calls leaves by address, so that every network runs on the same machine
code. To add a neuron model: one file with its leaf, one entry in :mod:`loihi_emu.models.registry`.
"""
