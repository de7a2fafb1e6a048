"""Synapses: a leaf for each way of storing them, and sums that are changed before they reach their target."""
