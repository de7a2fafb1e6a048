"""Shortcuts of compiling kernels give what Numba gives, and leave to Numba what they are not for."""

import ctypes

import numba
import numpy as np
import pytest
from numba import types

from loihi_emu import jit
from loihi_emu.jit import COMPILED, call_types, compiling, digest, extremes

compiled_only = pytest.mark.skipif(not COMPILED, reason="nothing is compiled")
CALL = ctypes.CFUNCTYPE(None, ctypes.c_int64, ctypes.c_int64)
WHOLE = [-(2**63), -7, -1, 0, 1, 2**31, 2**63 - 1]
REAL = [-np.inf, -1.5, -0.0, 0.0, 1.0, 2.0**63, np.inf, np.nan]


def extremes_of(a, b):
    return min(a, b), max(a, b), min(b, a), max(b, a)


def of_zero(a, b):
    return min(a, 0), max(0, b), min(a > 0, b > 0), max(min(a, 3), b)


def in_a_leaf(function, x, y, kind):
    """What a leaf makes of all pairs, four results each."""
    first, second = (getattr(jit, f"{array.dtype}s") for array in (x, y))
    result, inner = getattr(jit, f"{np.dtype(kind)}s"), jit.kernel(function)

    def step(address, time):
        d = jit.int64s(address, 5)
        x, y, out = first(d[0], d[1]), second(d[2], d[3]), result(d[4], 4 * d[1] * d[3])
        k = 0
        for i in range(x.shape[0]):
            for j in range(y.shape[0]):
                out[k], out[k + 1], out[k + 2], out[k + 3] = inner(x[i], y[j])
                k += 4

    out = np.zeros((x.size, y.size, 4), kind)
    words = np.array([x.ctypes.data, x.size, y.ctypes.data, y.size, out.ctypes.data])
    _, _, address, library = compiling.compile_leaf(step)
    CALL(address)(words.ctypes.data, 0)
    assert library is not None  # it holds the machine code until here
    return out


@compiled_only
@pytest.mark.parametrize("function", [extremes_of, of_zero])
@pytest.mark.parametrize(
    ("x", "y", "kind"),
    [
        (np.array(WHOLE), np.array(WHOLE), np.int64),
        pytest.param(
            np.array([0, 3, 255], np.uint8), np.array([-(2**31), -1, 4, 2**31 - 1], np.int32), np.int64,
            marks=pytest.mark.slow,
        ),
        (np.array(REAL), np.array(REAL), np.float64),
        pytest.param(np.array(WHOLE), np.array(REAL), np.float64, marks=pytest.mark.slow),
    ],
)  # fmt: skip
def test_extremes_in_kernels_are_those_of_numba(function, x, y, kind):
    plain = numba.njit(function, error_model="numpy")
    expected = np.array([[[kind(value) for value in plain(a, b)] for b in y] for a in x], kind)
    assert in_a_leaf(function, x, y, kind).tobytes() == expected.tobytes()


@compiled_only
def test_extremes_of_more_numbers_and_under_other_names_are_left_to_numba():
    def three(a, b):
        least = min
        return min(a, b, 5), max((a, b)), least(a, b), max(a, b, a)

    x = np.array([-4, 7])
    out = in_a_leaf(three, x, x, np.int64)
    assert out.tolist() == [[list(three(a, b)) for b in x.tolist()] for a in x.tolist()]


@compiled_only
@pytest.mark.parametrize("missing", ["names", "pass", "context", "version"])
def test_without_a_shortcut_kernels_are_the_same(monkeypatch, missing):
    class Slotted:
        __slots__ = ()

    assert call_types.remembering(slotted := Slotted()) is slotted
    if missing == "names":
        monkeypatch.setattr(extremes, "ir", object())
    elif missing == "pass":
        monkeypatch.delattr(compiling.untyped_passes, "TranslateByteCode")
    elif missing == "context":
        monkeypatch.setattr(compiling, "remembering", lambda context: context)
    else:
        monkeypatch.setattr(compiling, "_KNOWN", False)
    x = np.array(WHOLE)
    expected = [[list(extremes_of(a, b)) for b in x.tolist()] for a in x.tolist()]
    assert in_a_leaf(extremes_of, x, x, np.int64).tolist() == expected


class Context:
    """Stands for Numba's."""

    def __init__(self):
        self.asked = []
        self.answer = "a type"

    def resolve_function_type(self, func, args, kws):
        self.asked.append((func, args, kws))
        return self.answer


def test_types_of_calls_are_looked_for_once():
    context = Context()
    remembers = call_types.remembering(context)
    assert call_types.remembering(context) is remembers and isinstance(remembers, Context)
    function = types.Function(next(iter(numba.core.typing.templates.builtin_registry.functions)))
    number, array = types.int64, types.Array(types.int32, 1, "C")

    context.answer = None  # not found: asked again
    assert remembers.resolve_function_type(function, (number,), {}) is None
    context.answer = "a type"
    for args in ((number,), (number, array), [number], (types.literal(3),), (types.literal(4),)):
        assert remembers.resolve_function_type(function, args, {}) == "a type"
    assert len(context.asked) == 5
    for _ in range(2):  # other functions, other arguments, names
        remembers.resolve_function_type("kernel", (number,), {})
        remembers.resolve_function_type(function, (types.unicode_type,), {})
        remembers.resolve_function_type(function, (number,), {"a": number})
    assert len(context.asked) == 5 + 6
    remembers.more = 1  # everything else is shared
    assert context.more == 1


def test_how_kernels_are_compiled_is_a_part_of_the_digest(monkeypatch):
    before = digest.surroundings.__wrapped__()
    assert digest.surroundings.__wrapped__() == before
    for module, name in ((call_types, "remembering"), (compiling, "compile_leaf"), (extremes, "_as_numba_does")):
        with monkeypatch.context() as changed:
            other = eval(f"lambda: '{name}'")
            other.__module__ = module.__name__
            changed.setattr(module, name, other)
            assert digest.surroundings.__wrapped__() != before
