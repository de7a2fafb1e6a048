"""Layers as processes: synapses and the neurons behind them, with one port in and one out."""
