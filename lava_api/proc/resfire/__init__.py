"""Resonators that send their amplitude."""
