"""Trainers warn of PyTorch's news when they are imported, which is none of our tests' concern."""

import warnings
from importlib import import_module

import torch

torch.set_num_threads(1)
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    for name in ("norse.torch", "sinabs.nir", "snntorch.export_nir", "spikingjelly.activation_based.nir_exchange"):
        import_module(name)
