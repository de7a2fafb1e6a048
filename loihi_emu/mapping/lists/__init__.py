"""Lists of synapses: who is in them, in which formats they can be stored, and what that takes of memory and axons."""

from loihi_emu.mapping.lists.core_lists import CODE_BITS, CoreLists, format_codes, stored
from loihi_emu.mapping.lists.formats import WEIGHT_BITS, SynapseFields, fields_of, index_bits, learns_delays, list_bits
from loihi_emu.mapping.lists.incoming import IncomingLists
from loihi_emu.mapping.lists.records import TOTALS
from loihi_emu.mapping.lists.transpose import incoming_lists, targets_of

__all__ = [
    "CODE_BITS", "TOTALS", "WEIGHT_BITS", "CoreLists", "IncomingLists", "SynapseFields", "fields_of", "format_codes",
    "incoming_lists", "index_bits", "learns_delays", "list_bits", "stored", "targets_of",
]  # fmt: skip
