"""LIF neurons with adaptive threshold and refractoriness."""
