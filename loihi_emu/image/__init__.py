"""The image of a network: flat arrays of state, parameters and synapses, and the list of leaf calls of one step.

Made from a :class:`loihi_emu.Network` by :class:`loihi_emu.image.build.Image`, run by :class:`loihi_emu.Emulator`.
"""
