"""Random networks in the emulator and in the oracle: not one spike, value or counter may differ."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from messages import UNHEEDED
from recipes import assert_equals_oracle
from strategies import RULES, recipes

from loihi_emu.rules import find

pytestmark = UNHEEDED
EVERY = [(rules, model.name) for rules in RULES if len(find(rules).models) > 1 for model in find(rules).models]
"""Models of rule sets with several; where there is one, any network is of it."""


@pytest.mark.parametrize("rules", RULES)
@given(st.data())
def test_random_networks(rules, data):
    recipe = data.draw(recipes(rules=st.just(rules)))
    assert_equals_oracle(recipe.network(), recipe.run())


@pytest.mark.parametrize(("rules", "model"), EVERY)
@given(st.data())
def test_every_model_of_every_rule_set(rules, model, data):
    """The table of models decides what is run: a new entry, or one without a leaf or an oracle, is found here."""
    recipe = data.draw(recipes(rules=st.just(rules), model=model))
    assert_equals_oracle(recipe.network(), recipe.run())
