"""Connections that store only existing synapses."""
