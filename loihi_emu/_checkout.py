"""Makes a checkout importable: there, models, plots and validation stand beside the package, not in it."""

import sys
from pathlib import Path

_HERE = Path(__file__).resolve().parent

if not (_HERE / "models").is_dir():
    sys.modules["loihi_emu"].__path__.append(str(_HERE.parent))
