"""Input and output: arrays in and out, data sets, encoders, and exchange with the running program."""

from lava_api.proc.io import dataloader, encoder, extractor, injector, reset, sink, source, utils

__all__ = ["dataloader", "encoder", "extractor", "injector", "reset", "sink", "source", "utils"]
