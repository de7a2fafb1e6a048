"""Channels that a program makes itself."""
