"""Connections with a weight for every pair of neurons."""
