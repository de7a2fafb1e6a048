"""Networks of processes that are put together like formulas."""
