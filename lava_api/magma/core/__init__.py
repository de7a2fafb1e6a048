"""Processes, process models, synchronisation and run configurations."""
