"""Places all programs that a script compiles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lava_api._runner import LocalRunner
from lava_api.magma.compiler.placing import chip_of, placed
from loihi_emu.chips.chip import Chip

if TYPE_CHECKING:
    from lava_api.magma.compiler.program import Program
    from lava_api.magma.core.process.process import AbstractProcess
    from lava_api.magma.core.run_config import RunConfig
    from loihi_emu.mapping import Placement


class Enough(BaseException):
    """Ends a script behind its first program."""


class PlacingRunner(LocalRunner):
    """Compiles and runs in the calling process, and collects the placements of all programs.

    With `first`, Enough ends the script behind the first one.
    """

    def __init__(self, chip: Chip | None, boards: Any, strategy: Any, *, first: bool) -> None:
        self.chip, self.boards, self.strategy, self.first = chip, boards, strategy, first
        self.found: list[tuple[str, Placement]] = []
        self.programs = 0

    def place(self, process: AbstractProcess, program: Program, run_cfg: RunConfig) -> Placement | None:
        """Place a program."""
        self.programs += 1
        boards = self.boards
        if boards is None and self.chip is None:
            boards = getattr(run_cfg, "boards", None)
        placement = placed(process, program, chip_of(self.chip, boards, run_cfg), boards, self.strategy)
        if placement is not None:
            label = f"program {self.programs} ({process.name}, {type(run_cfg).__name__})"
            self.found.append((label, placement))
        if self.first and placement is not None:
            raise Enough
        return placement
