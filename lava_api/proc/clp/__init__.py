"""Continual learning by prototypes."""
