"""Random networks in the emulator and in the oracle: not one spike, value or counter may differ."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from messages import UNHEEDED
from recipes import assert_equals_oracle
from strategies import RULES, recipes

pytestmark = UNHEEDED


@pytest.mark.parametrize("rules", RULES)
@given(st.data())
def test_random_networks(rules, data):
    recipe = data.draw(recipes(rules=st.just(rules)))
    assert_equals_oracle(recipe.network(), recipe.run())
