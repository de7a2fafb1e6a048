"""Constants of Lava's compilers for embedded processors."""
