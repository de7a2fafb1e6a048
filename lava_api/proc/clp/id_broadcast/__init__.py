"""Pass on a number."""
