"""The protocols: Loihi's phases, and none."""
