"""Messages between cores and chips, from the rates of spikes."""

from loihi_emu.mapping.traffic.host_io import HostBudget, host_budgets
from loihi_emu.mapping.traffic.matrix import matrix_of
from loihi_emu.mapping.traffic.messages import Traffic, messages_by_core, traffic_of
from loihi_emu.mapping.traffic.rates import Rates, rates_of

__all__ = [
    "HostBudget", "Rates", "Traffic", "host_budgets", "matrix_of", "messages_by_core", "rates_of", "traffic_of",
]  # fmt: skip
