"""Record variables and messages."""
