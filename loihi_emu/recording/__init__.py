"""What happened in a run: events, rows, counters; in memory and in files."""
