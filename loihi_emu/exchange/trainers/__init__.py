"""Modules of PyTorch as graphs of NIR's primitives, and networks of them."""
