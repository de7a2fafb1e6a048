"""``python -m loihi_emu.bench``."""

import argparse

from loihi_emu.bench.command import add_arguments, run

if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="loihi_emu.bench", description=__doc__)
    add_arguments(parser)
    raise SystemExit(run(parser.parse_args()))
