"""A run configuration given after the first run, when the models are chosen already."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from loihi_emu.user_warnings import warn

if TYPE_CHECKING:
    from lava_api.magma.core.run_config import RunConfig

NO_SETTINGS = ("log",)


class UsedConfig:
    """What a program was compiled with, to tell whether a later configuration asks for something else."""

    def __init__(self, run_cfg: RunConfig) -> None:
        self.kind = type(run_cfg)
        self.settings = _settings(run_cfg)

    def compare(self, run_cfg: RunConfig, where: str) -> None:
        """Warn, in the name of the process that got it, that a later configuration which differs has no effect."""
        later = _settings(run_cfg)
        names = [name for name in later if not _equal(later[name], self.settings.get(name))]
        if type(run_cfg) is self.kind and not names:
            return
        changed = [f"{name} was {self.settings.get(name)!r}, is {later[name]!r}" for name in names]
        if type(run_cfg) is not self.kind:
            changed.insert(0, f"its class was {self.kind.__name__}, is {type(run_cfg).__name__}")
        warn(
            f'process "{where}": this run_cfg has no effect ({"; ".join(changed)}): the models were chosen at the first'
            " run. Leave it out, or create the processes anew to choose others.",
            UserWarning,
        )


def _settings(run_cfg: RunConfig) -> dict[str, Any]:
    """Return what a configuration holds, lists and tables as they are now."""
    held = {name: value for name, value in vars(run_cfg).items() if name not in NO_SETTINGS}
    return {name: value.copy() if isinstance(value, dict | list) else value for name, value in held.items()}


def _equal(one: Any, other: Any) -> bool:
    """Return whether two settings are equal, as far as they say."""
    try:
        return one is other or bool(one == other)
    except Exception:  # arrays do not say; a comparison of a user's own class may raise anything
        return True
