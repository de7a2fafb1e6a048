"""Convolution along time."""
