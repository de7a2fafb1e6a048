"""The rule set "nengo_loihi": nengo-loihi 1.1.0's emulator, to replay what it recorded."""
