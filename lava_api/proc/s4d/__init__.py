"""Diagonal state-space models (S4D)."""
