"""Tests of several ranks; there is no mpiexec in a package for Windows."""

import sys

collect_ignore_glob = ["*"] if sys.platform == "win32" else []
