"""The names of Lava 0.10, run in one process on top of loihi_emu.

``lava_api.magma`` holds processes, ports, process models, the compiler and the runtime under the module names of
``lava.magma``. A program's Python models run in the calling process, one after the other and in the same order every
time: no fork, sockets, shared memory or threads. CHANGELOG.md says what else is there.
"""
