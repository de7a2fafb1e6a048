"""Data sets read from local files."""
