"""``python -m loihi_emu``."""

from loihi_emu.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
