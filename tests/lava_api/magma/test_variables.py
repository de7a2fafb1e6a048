"""Variables: get, set, aliases, kinds, wrong values."""

import numpy as np
import pytest
from lava_parts import Pair, PySource, Sink, Source
from messages import UNHEEDED
from scipy.sparse import csr_matrix

from lava_api.magma.core.decorator import implements
from lava_api.magma.core.model.py.model import PyLoihiProcessModel
from lava_api.magma.core.model.py.type import LavaPyType
from lava_api.magma.core.process.process import AbstractProcess
from lava_api.magma.core.process.variable import Var
from lava_api.magma.core.run_conditions import RunSteps
from lava_api.magma.core.run_configs import Loihi2SimCfg
from lava_api.magma.core.sync.protocols.loihi_protocol import LoihiProtocol
from lava_api.proc.lif.process import LIF

pytestmark = UNHEEDED

CFG = Loihi2SimCfg()
MATRIX = csr_matrix([[0, 2.0], [3.0, 0]])


class Kinds(AbstractProcess):
    def __init__(self):
        super().__init__()
        self.grid = Var(shape=(2, 3), init=1.9)
        self.whole = Var(shape=(2,), init=4)
        self.real = Var(shape=(1,), init=0.5)
        self.text = Var(shape=(3,), init="x0*y1")
        self.sparse = Var(shape=(2, 2), init=MATRIX)
        self.updates = Var(shape=(1,), init=0)


@implements(proc=Kinds, protocol=LoihiProtocol)
class PyKinds(PyLoihiProcessModel):
    grid: np.ndarray = LavaPyType(np.ndarray, np.int32, precision=24)
    whole: int = LavaPyType(int, int)
    real: float = LavaPyType(float, float)
    text: str = LavaPyType(str, str)
    sparse: csr_matrix = LavaPyType(csr_matrix, float)
    updates: int = LavaPyType(int, int)

    def on_var_update(self):
        self.updates += 1


@pytest.fixture
def kinds():
    process = Kinds()
    process.run(RunSteps(0), CFG)
    yield process
    process.stop()


@pytest.mark.parametrize("value", [[np.nan, 0], [0, np.inf], [2.0**40, 0], -(2**31) - 1])
def test_integers_that_a_variable_cannot_hold_are_refused(value):
    cells = LIF(shape=(2,), name="cells")
    cells.run(RunSteps(0), Loihi2SimCfg(select_tag="fixed_pt"))
    words = r'"cells", Var "v": got .*, allowed is -2147483648\.\.2147483647, what int32 holds'
    with pytest.raises(ValueError, match=words):
        cells.v.set(value)
    with pytest.raises(ValueError, match='Var "dv": got nan, allowed'):
        cells.dv.set(np.nan)
    with pytest.raises(ValueError, match='"cells", Var "v": got \'high\', allowed is numbers'):
        cells.v.set("high")
    with pytest.raises(IndexError, match=r'"cells", Var "v": got index 2, it has shape \(2,\)'):
        cells.v.get(2)
    with pytest.raises(ValueError, match="real numbers"):
        cells.v.set(1j, 0)
    cells.v.set([-1.9, 2**31 - 1])
    assert cells.v.get().tolist() == [-1, 2**31 - 1]
    cells.stop()


def test_before_a_runtime_init_is_returned_as_given():
    process = Kinds()
    assert process.whole.get() == 4 and process.text.get() == "x0*y1" and process.sparse.get() is MATRIX
    with pytest.raises(ValueError, match="No Runtime available yet"):
        process.whole.set(np.array([1]))


def test_values_of_all_kinds(kinds):
    grid = kinds.grid.get()
    assert grid.dtype == np.float64 and grid.tolist() == [[1, 1, 1], [1, 1, 1]]
    assert kinds.whole.get().tolist() == [4, 0]  # a scalar fills the first element, as in Lava
    assert kinds.real.get().tolist() == [0.5]
    assert kinds.text.get() == "x0*y1"
    assert np.array_equal(kinds.sparse.get().toarray(), MATRIX.toarray())
    assert kinds.model._grid_p == 24


def test_what_get_returns_is_a_copy(kinds):
    kinds.grid.get()[:] = 9
    kinds.sparse.get().data[:] = 9
    assert kinds.grid.get().max() == 1
    assert kinds.sparse.get().max() == 3


@pytest.mark.parametrize(
    "value", [np.arange(6).reshape(2, 3), np.arange(6), [[0, 1, 2], [3, 4, 5]], np.arange(6) + 0.9]
)
def test_set_takes_what_fits_and_casts(kinds, value):
    kinds.grid.set(value)
    assert kinds.grid.get().tolist() == [[0, 1, 2], [3, 4, 5]]
    assert kinds.model.grid.dtype == np.int32


def test_set_takes_one_for_all(kinds):
    kinds.grid.set(7)
    assert kinds.grid.get().tolist() == [[7] * 3] * 2


def test_parts(kinds):
    kinds.grid.set(5, idx=0)
    kinds.grid.set([8, 9], idx=(slice(None), 2))
    assert kinds.grid.get().tolist() == [[5, 5, 8], [1, 1, 9]]
    assert kinds.grid.get(0).tolist() == [5, 5, 8]
    assert kinds.grid.get((1, 2)) == 9
    assert kinds.grid.get(np.array([True, False])).tolist() == [[5, 5, 8]]
    with pytest.raises(ValueError, match="index"):
        kinds.grid.set(1, idx=5)


def test_scalars_keep_their_type(kinds):
    kinds.whole.set(np.array([6.0]))
    kinds.real.set(2)
    assert type(kinds.model.whole) is int and kinds.model.whole == 6
    assert type(kinds.model.real) is float
    kinds.whole.set([6, 7])
    assert kinds.whole.get().tolist() == [6, 7]


def test_strings_and_sparse(kinds):
    kinds.text.set("y0")
    assert kinds.text.get() == "y0"
    kinds.sparse.set(2 * MATRIX)
    assert kinds.sparse.get()[1, 0] == 6
    with pytest.raises(ValueError, match="keeps its places"):
        kinds.sparse.set(csr_matrix([[1.0, 0], [0, 1.0]]))
    with pytest.raises(ValueError, match="a sparse matrix"):
        kinds.sparse.set(np.ones((2, 2)))


def test_the_model_is_told(kinds):
    kinds.grid.set(3)
    kinds.text.set("y0")
    assert kinds.updates.get() == 2


@pytest.mark.parametrize("value", [np.ones(5), [1, 2], np.ones((3, 2, 2)), [[1, 2], [3]], None, "text", [None], []])
def test_what_does_not_fit_is_named(kinds, value):
    with pytest.raises(ValueError, match=r'process "Process_\d+", Var "grid": got .* allowed is'):
        kinds.grid.set(value)
    with pytest.raises(ValueError, match="a string"):
        kinds.text.set(3)
    kinds.run(RunSteps(1))
    assert kinds.grid.get().max() == 1


def test_set_between_runs_takes_effect_in_the_next_step():
    source, sink = Source([1.0]), Sink((1,))
    source.out.connect(sink.inp)
    sink.run(RunSteps(2), CFG)
    source.value.set([10])
    sink.run(RunSteps(1))
    assert sink.last.get() == 30


def test_a_model_that_changes_the_shape_is_named():
    class Growing(PySource):
        def run_spk(self):
            self.value = np.ones(4)

    source = Source([1.0, 2.0, 3.0])
    source.run(RunSteps(1), Loihi2SimCfg(exception_proc_model_map={Source: Growing}))
    with pytest.raises(ValueError, match=r"shape \(4,\) in the model Growing, allowed is shape \(3,\)"):
        source.value.get()


def test_aliases_are_checked():
    pair = Pair((1,))
    with pytest.raises(AssertionError, match="must be a Var"):
        pair.held.alias(3)
    with pytest.raises(AssertionError, match="Shapes"):
        pair.held.alias(Var((2,)))
    with pytest.raises(AssertionError, match="shareable"):
        pair.held.alias(Var((1,), shareable=False))
    other = Source([1.0])
    pair.held.alias(other.value)
    with pytest.raises(AssertionError, match="not in a sub process"):
        pair.validate_var_aliases()


def test_repr_and_ids():
    first, second = Var((2,), name="v"), Var((2,))
    assert second.id == first.id + 1
    assert repr(first) == "Variable: v\n    shape: (2,)\n    init: 0\n    shareable: True\n    value: 0"
    with pytest.raises(AssertionError, match="must be a tuple"):
        Var(3)


def test_printing_a_variable_shows_its_value():
    lif = LIF(shape=(2,), v=3, bias_mant=1, name="cells")
    assert str(lif.v) == "Variable: v\n    shape: (2,)\n    init: 3\n    shareable: True\n    value: 3"
    with lif:
        lif.run(RunSteps(2), run_cfg=Loihi2SimCfg(select_tag="fixed_pt"))
        assert repr(lif.v).endswith("    value: [5. 5.]")
    assert "value: none now (" in str(lif.v)
    assert repr(lif) == "<LIF 'cells'>"
