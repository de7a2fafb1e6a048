"""Regular messages."""
