"""Watch a variable for overflow."""
