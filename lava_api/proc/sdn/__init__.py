"""Sigma and delta neurons: networks that send changes."""
