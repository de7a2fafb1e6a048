"""Neurons that become prototypes."""
