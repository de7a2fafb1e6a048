"""Detect inputs that nothing answers."""
