"""Bases of Python models of connections that learn."""

from __future__ import annotations

from lava_api.magma.core.model.py._learning import AbstractLearningConnection, PyLearningConnection
from lava_api.magma.core.model.py._learning_fixed import LearningConnectionModelBitApproximate
from lava_api.magma.core.model.py._learning_float import LearningConnectionModelFloat

__all__ = [
    "AbstractLearningConnection",
    "LearningConnectionModelBitApproximate",
    "LearningConnectionModelFloat",
    "PyLearningConnection",
]
