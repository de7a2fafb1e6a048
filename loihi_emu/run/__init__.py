"""Running a network: the emulator, its clock and threads, samples, checkpoints."""
