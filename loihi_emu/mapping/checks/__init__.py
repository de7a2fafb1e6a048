"""Errors for what does not fit: what, how much it needs and there is, and what would fit."""

from loihi_emu.mapping.checks.cores import check_chips, check_cores
from loihi_emu.mapping.checks.fields import check_fields, field_advice
from loihi_emu.mapping.checks.proposals import check_proposal

__all__ = ["check_chips", "check_cores", "check_fields", "check_proposal", "field_advice"]
