"""What Lava's runtime takes its channels and shared memory from; here for programs that make their own."""

from __future__ import annotations

from typing import Any

from lava_api.magma.compiler.channels.interfaces import ChannelType
from lava_api.magma.compiler.channels.pypychannel import PyPyChannel
from lava_api.magma.runtime.message_infrastructure.shared_memory_manager import SharedMemoryManager


class MultiProcessing:
    """Shared memory between :meth:`start` and :meth:`stop`, and the class of channels."""

    def __init__(self) -> None:
        self.smm = SharedMemoryManager()

    def start(self) -> None:
        """Begin."""
        self.smm.start()

    def stop(self) -> None:
        """Free the shared memory."""
        self.smm.shutdown()

    def channel_class(self, channel_type: ChannelType) -> Any:
        """Return the class of channels between two kinds of models; a ValueError when not both are Python models."""
        if channel_type != ChannelType.PyPy:
            raise ValueError(
                f"channel_class: got {channel_type!r}, allowed is ChannelType.PyPy: all models are Python."
            )
        return PyPyChannel
