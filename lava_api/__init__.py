"""The names of Lava 0.10 on top of loihi_emu. Empty so far: see CHANGELOG.md for what is there."""
