"""Rule sets that replay peers bit by bit, quirks included: a folder each, found by :mod:`loihi_emu.rules`."""
