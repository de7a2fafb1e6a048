"""How much memory is free, and whether what is asked for fits."""
