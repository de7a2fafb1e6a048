"""How a process logs."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from loihi_emu.keywords import known_keywords_of

LOGGER = logging.getLogger("lava_api")


@known_keywords_of
@dataclass
class LogConfig:
    """Levels, format and file of a process' log.

    Parameters
    ----------
    file : str
        Log file; a ValueError where `logs_to_file` is set and there is none.
    level, level_console : int
        Levels of the file and of the console. From WARNING on, the console shows what Python shows by itself.
    logs_to_file : bool
        Whether a file is written.
    format, date_format : str
        Layout of a line, in the notation of :mod:`logging`.
    """

    file: str = ""
    level: int = logging.WARNING
    level_console: int = logging.ERROR
    logs_to_file: bool = False
    format: str = "%(asctime)s:%(levelname)s: %(name)s - %(message)s"
    date_format: str = "%m/%d/%Y %I:%M:%S%p"

    def __post_init__(self) -> None:
        if self.logs_to_file and not self.file:
            raise ValueError("LogConfig(logs_to_file=True) needs the name of a file: LogConfig(file='run.log', ...).")

    def attach(self) -> logging.Logger:
        """Return the logger of processes; a file asked for is opened once, on its first line."""
        if self.level_console < logging.WARNING:
            console = next((handler for handler in LOGGER.handlers if type(handler) is logging.StreamHandler), None)
            if console is None:
                console = logging.StreamHandler()
                LOGGER.addHandler(console)
            self._set_up(console, self.level_console)
        if self.logs_to_file:
            handler = logging.FileHandler(self.file, delay=True)
            known = [getattr(h, "baseFilename", None) for h in LOGGER.handlers]
            if handler.baseFilename not in known:
                LOGGER.addHandler(handler)
                self._set_up(handler, self.level)
        return LOGGER

    def _set_up(self, handler: logging.Handler, level: int) -> None:
        handler.setLevel(level)
        handler.setFormatter(logging.Formatter(self.format, datefmt=self.date_format))
        LOGGER.setLevel(min(level, LOGGER.level or level))
