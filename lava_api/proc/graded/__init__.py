"""Vectors of numbers as neurons with graded spikes."""
