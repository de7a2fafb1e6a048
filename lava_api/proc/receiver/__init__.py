"""Keep the last message."""
