"""Rule sets: how networks count. One file a rule set; ``Network(rules=...)`` names one.

A rule set of your own is an object of :class:`RuleSet`, often made from another by ``dataclasses.replace``, that
:func:`register` makes known. Nothing else compares names of rule sets: what differs is asked of the object.
"""

from loihi_emu.rules.learning import LearningRules
from loihi_emu.rules.rule_set import RuleSet
from loihi_emu.rules.table import find, model_of, names, register
from loihi_emu.rules.weights import Effective, Sums, WeightRule

__all__ = ["Effective", "LearningRules", "RuleSet", "Sums", "WeightRule", "find", "model_of", "names", "register"]
