"""Benchmarks: the reference workloads beside hand-written C, as ratios taken in turn in one run."""
