"""Collections of names for a kind of program."""
