"""Blocks of shared memory that end together."""

from __future__ import annotations

from multiprocessing.shared_memory import SharedMemory


class SharedMemoryManager:
    """Makes blocks of shared memory and frees them all in :meth:`shutdown`."""

    def __init__(self) -> None:
        self._blocks: list[SharedMemory] = []

    def start(self) -> None:
        """Do nothing: blocks are made when they are asked for."""

    def create_shared_memory(self, size: int) -> SharedMemory:
        """Return a new block of at least `size` bytes."""
        block = SharedMemory(create=True, size=size)
        self._blocks.append(block)
        return block

    def shutdown(self) -> None:
        """Free all blocks. May be called twice."""
        while self._blocks:
            block = self._blocks.pop()
            block.close()
            block.unlink()
