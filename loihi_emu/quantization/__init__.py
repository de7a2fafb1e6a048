"""From floats to the chip's integers, with a report of what is lost."""
