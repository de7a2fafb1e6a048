"""What chips and boards are: every fact with its evidence."""
