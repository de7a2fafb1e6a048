"""Resonate-and-fire neurons with a reset."""
