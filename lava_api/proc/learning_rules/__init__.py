"""Well-known learning rules."""
