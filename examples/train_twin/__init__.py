"""The digits trained in the chip's integers: ``python -m examples.train_twin.train``."""
