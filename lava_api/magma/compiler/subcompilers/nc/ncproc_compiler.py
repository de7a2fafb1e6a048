"""Options of the compiler for neuromorphic cores, kept for programs that set them."""

from __future__ import annotations

from typing import ClassVar


class CompilerOptions:
    """Options that apply to all programs compiled afterwards.

    None of them changes what a program computes.

    Attributes
    ----------
    verbose : bool
        Kept.
    log_memory_info : bool
        Kept.
    show_resource_count : bool
        Kept.
    """

    verbose: ClassVar[bool] = False
    log_memory_info: ClassVar[bool] = False
    show_resource_count: ClassVar[bool] = False
