"""Which kernel a model class names."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lava_api.magma.core.model.model import AbstractProcessModel
    from lava_api.magma.kernels.base import Kernel

BINDING = "KERNEL"
"""Attribute of a stock model class: ``"module:class"`` of its kernel. A derived model does not inherit it."""


def kernel_class(model_class: type[AbstractProcessModel]) -> type[Kernel] | None:
    """Return the kernel of a model class, or None."""
    name = vars(model_class).get(BINDING)
    if name is None:
        return None
    module, _, attribute = name.partition(":")
    found: type[Kernel] = getattr(import_module(module), attribute)
    return found
