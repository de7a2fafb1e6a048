"""Process models written in Python."""
