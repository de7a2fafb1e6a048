"""Descriptions are records: written by name in Python, read by the same names in kernels."""

from importlib import import_module
from pkgutil import walk_packages

import numpy as np
import pytest
from leaves import call

from loihi_emu import models
from loihi_emu.errors import UnknownNameError
from loihi_emu.jit import address_of, block, leaf, part, varies, whole
from loihi_emu.jit.digest import digest
from loihi_emu.models import layout as at
from loihi_emu.models.memory import Description, Table
from loihi_emu.models.records import NUMBER, Record, array, parameter, within

POINT = Record("Point", x=NUMBER, y=NUMBER)
THING = Record(
    "Thing",
    n=NUMBER,
    narrow=array("int16"),
    reals=array("float64"),
    keep=parameter("int32"),
    one=within(POINT),
    three=within(POINT, 3),
    points=array(POINT),
    nothing=array("int32"),
    out=array("int64"),
)


@leaf
def read(address, time):
    d = THING(address)
    out = whole(d.out, 12)
    out[0], out[1], out[2] = d.n, d.narrow[2], np.int64(d.reals[np.uint64(1)] * 2)
    out[3], out[4] = d.one.y, d.three[1].x + d.three[2].y
    out[5], out[6] = d.points[1].x, 1 if d.nothing else 2
    out[7], out[8] = block(d.keep, 1, 2)[1], varies(d.keep)
    out[9] = part(d.narrow, 1, 2)[1] + address_of(d.narrow, 3) - address_of(d.narrow, 0)
    out[10] = 3 if not d.nothing and d.out else 4
    d.points[0].y = time + d.n
    d.narrow[0] = np.int16(-5)
    d.out[11] = d.narrow[0]


def thing():
    d = Description(THING)
    d.n, d.narrow, d.reals = 7, np.array([0, 10, 20], np.int16), np.array([0.5, 1.5])
    d.parameter("keep", np.arange(at.BLOCK + 5, dtype=np.int32), varies=True)
    d.one.y, d.three[1].x, d.three[2].y = 3, 40, 2
    d.points = Table(POINT, 2)
    d.points[1].x, d.out = 11, np.zeros(12, np.int64)
    return d


def test_kernels_read_what_python_wrote_and_write_what_python_reads():
    d = thing()
    call(read, d, 100)
    assert d.out.tolist() == [7, 20, 3, 3, 42, 11, 2, at.BLOCK + 1, 1, 26, 3, -5]
    assert d.points[0].y == 107
    assert d.narrow.tolist() == [-5, 10, 20]


def test_a_description_is_a_numpy_record():
    d = thing()
    seen = d.words.view(THING.dtype)[0]
    assert (seen["n"], seen["one"]["y"], seen["three"]["x"].tolist()) == (7, 3, [0, 40, 0])
    assert seen["keep"]["step"] == 4 * at.BLOCK
    assert seen["out"] == d.out.ctypes.data


def test_unknown_fields_are_errors():
    d = thing()
    with pytest.raises(UnknownNameError, match=r'record "Thing".*narrow'):
        d.narrwo = np.zeros(1, np.int16)
    with pytest.raises(UnknownNameError, match="reals"):
        _ = d.real


def test_arrays_of_another_type_or_stride_are_errors():
    d = thing()
    with pytest.raises(AssertionError, match="int32"):
        d.narrow = np.zeros(3, np.int32)
    with pytest.raises(AssertionError, match="contiguous"):
        d.narrow = np.zeros(6, np.int16)[::2]
    with pytest.raises(AssertionError, match="records"):
        d.points = Table(Record("Other", x=NUMBER), 2)


def test_machine_code_follows_the_record():
    def first(address, time):
        shape(address).y = time

    def second(address, time):
        shape(address).y = time

    shape = POINT
    before = digest(first)
    assert before == digest(second)
    shape = Record("Point", y=NUMBER, x=NUMBER)

    def third(address, time):
        shape(address).y = time

    assert digest(third) != before


def records():
    for info in walk_packages(models.__path__, f"{models.__name__}."):
        for value in vars(import_module(info.name)).values():
            if isinstance(value, Record):
                yield value


def test_no_field_hides_what_a_description_can_do():
    taken = {name for name in dir(Description) if not name.startswith("__")} | {"record", "words", "_kept"}
    found = list(records())
    assert len(found) > 20
    for record in found:
        assert not taken & set(record.fields), record


def test_neurons_add_fields_of_their_own():
    with pytest.raises(AssertionError, match="slots"):
        at.neurons("wrong", state={"slots": "int32"}, parameters={})
