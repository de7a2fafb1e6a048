"""The process library under Lava's module paths: processes and their NumPy models."""
