"""Kernels that draw synapses: which there are, one file for each way, and their weights and delays.

Each number depends on the connection's key and on its place alone, so that any part can be drawn by itself.
"""
