"""The command line, one file a command."""

from loihi_emu.cli.commands import main

__all__ = ["main"]
