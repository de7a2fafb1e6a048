"""Neurons of the oracle, a file for each kind of model: what one neuron does in one step.

Each file has ``MODELS``: by the name of a rule set and of a model the function that advances one neuron
(:data:`loihi_emu.validation.oracle_neuron.NeuronRule`). Nothing of it is shared with the kernels.
"""
