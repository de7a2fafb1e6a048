"""What starts processes under MPI is left out where PyPI has no MPI."""

import sys

collect_ignore = ["test_ranks.py"] if sys.platform == "win32" else []
