"""Processes, models, compiler and runtime under Lava's module names."""
