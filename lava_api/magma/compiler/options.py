"""What a compilation tells about the program."""

from __future__ import annotations

from typing import ClassVar


class CompilerOptions:
    """Options that apply to all programs built afterwards.

    None of them changes what a program computes.

    Attributes
    ----------
    verbose : bool
        Print what the cores of the chips hold, with a hardware configuration; and a table of the processes: their
        models, whether those run compiled or as Python, and how the memory of the variables is shared among them.
    show_resource_count : bool
        Bytes instead of shares in that table.
    log_memory_info : bool
        Print the sum of the memory of all variables.
    """

    verbose: ClassVar[bool] = False
    log_memory_info: ClassVar[bool] = False
    show_resource_count: ClassVar[bool] = False
