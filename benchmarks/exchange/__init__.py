"""Networks of other tools beside what those tools recorded."""
