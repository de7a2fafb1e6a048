"""Libraries on top of Lava of which parts are here; where the library itself is installed, that is found instead."""
