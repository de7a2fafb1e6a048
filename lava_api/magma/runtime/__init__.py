"""Runs a program in one process: scheduler, channels, phases, variables."""
