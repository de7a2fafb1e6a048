"""Learning rules: their text, their arithmetic, their random numbers."""
