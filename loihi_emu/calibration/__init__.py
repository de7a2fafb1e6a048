"""Integers for a network of floats, chosen by what it does on samples."""
