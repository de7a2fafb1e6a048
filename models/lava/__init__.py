"""Leaf kernels of Lava's process models: each takes messages, updates the variables of a process, leaves messages.

Unlike the kernels of a :class:`~loihi_emu.Network`, which add weights to rings, these keep to a process' ports: an
input is an array (or a list of events), an output is an array (and a list of events). ``messages`` moves and sums them.
"""
