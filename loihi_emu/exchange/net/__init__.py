""".net, the HDF5 files in which lava-dl writes trained networks: to networks here, to Lava processes, and back."""
