"""``python -m loihi_emu``, and the command ``loihi_emu``."""

import atexit
import os
import sys
from contextlib import suppress

from loihi_emu.cli.commands import INTERRUPTED, main


def run() -> int:
    """Run the command line; after Ctrl-C this process ends at once, where Python would take Numba apart first."""
    status = main()
    if status == INTERRUPTED:
        atexit._run_exitfuncs()
        for stream in (sys.stdout, sys.stderr):
            with suppress(AttributeError, OSError):  # none, or one that was closed
                stream.flush()
        os._exit(status)
    return status


if __name__ == "__main__":
    raise SystemExit(run())
