"""Recipes in the files of networks: checked entry by entry, and made again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from loihi_emu.errors import invalid
from loihi_emu.files import entries
from loihi_emu.network.builders.known import BUILDERS, DISTRIBUTIONS

_WIDE = 1 << 62
_TYPES: dict[str, entries.Check] = {
    "float": entries.number,
    "float | None": entries.perhaps(entries.number),
    "int": entries.whole(0, _WIDE),
    "bool": entries.flag,
    "str": entries.text,
}
"""What a parameter may be, by the type that its class declares."""


def _one_of(kinds: Mapping[str, Any]) -> entries.Check:
    """The settings of one of several classes."""

    def check(where: str, name: str, value: Any) -> None:
        entries.table(lambda *_: None)(where, name, value)
        entries.one_of(kinds)(where, f"{name}.name", value.get("name"))
        parameters = {f.name: _TYPES[str(f.type)] for f in fields(kinds[value["name"]])}
        entries.record({"name": entries.text, **parameters})(where, name, value)

    return check


_VALUE = entries.either(entries.whole(-_WIDE, _WIDE), _one_of(DISTRIBUTIONS))
RECIPE = entries.record({"builder": _one_of(BUILDERS), "weights": _VALUE, "delays": _VALUE})
"""Settings of a recipe."""


def recipe_settings(recipe: Any) -> dict[str, Any]:
    """What a file holds of a recipe: of the same network, the connection's number is the same again."""
    settings: dict[str, Any] = recipe.settings()
    del settings["stream"]
    return settings


def recipe_arguments(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments of ``Network.connect`` that make the same synapses."""
    made: dict[str, Any] = {"synapses": _made(BUILDERS, settings["builder"])}
    for name in ("weights", "delays"):
        value = settings[name]
        made[name] = value if isinstance(value, int) else _made(DISTRIBUTIONS, value)
    return made


def _made(kinds: Mapping[str, Any], settings: Mapping[str, Any]) -> Any:
    given = dict(settings)
    return kinds[given.pop("name")](**given)


def check_recipe(path: str, name: str, c: Mapping[str, Any]) -> None:
    """Raise for a recipe of a connection that cannot have one."""
    if c["kind"] != "sparse" or "learning" in c or "ordered" in c:
        raise invalid(path, f"{name}.recipe", "an entry", "none for a matrix, a list, or a connection that learns")
