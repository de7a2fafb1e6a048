"""Ports of processes and how they connect."""
