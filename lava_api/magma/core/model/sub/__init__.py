"""Process models made of other processes."""
