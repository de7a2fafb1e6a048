"""The profiler of hardware configurations under the name that programs for Loihi 2 import."""

from lava_api.utils.profiler import EmulatorProfiler as Loihi2HWProfiler

__all__ = ["Loihi2HWProfiler"]
