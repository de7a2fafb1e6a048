"""Lava's utilities."""
