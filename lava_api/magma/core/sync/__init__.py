"""Which process models run in step, and by which protocol."""
