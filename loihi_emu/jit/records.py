"""Records and arrays at addresses, as kernels see them: a field is a load at an offset that is known beforehand.

Beside the fields, kernels have these:

- ``whole(array, length)`` and ``part(array, first, length)``: a view of an array whose address a record holds; also a
  part of a view;
- ``block(parameter, number, length)``: a view of one block of a parameter of neurons;
- ``varies(parameter)``: whether a parameter has a value for each neuron;
- ``address_of(array, place)``: the address of an element.
"""

from __future__ import annotations

import operator
from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.core.datamodel import models, register_default
from numba.core.imputils import lower_getattr_generic, lower_setattr_generic
from numba.core.registry import cpu_target
from numba.core.typing.templates import AbstractTemplate, AttributeTemplate, infer_getattr, infer_global, signature
from numba.extending import intrinsic, lower_builtin

from loihi_emu.jit.intrinsics import COMPILED, put

_BYTE, _INT64 = ir.IntType(8), ir.IntType(64)
_WORD = 8


class RecordType(types.Type):  # type: ignore[misc]
    """A record; its value is its address."""

    def __init__(self, record: Any) -> None:
        self.record, self.size = record, _WORD * record.words
        self.fields = {name: (_WORD * record.starts[name], _typed(what)) for name, what in record.fields.items()}
        super().__init__(record.name)

    @property
    def key(self) -> Any:
        """Records of one name may differ."""
        return self.name, id(self.record)


class PointerType(types.Type):  # type: ignore[misc]
    """An array whose length nobody tells; its value is its address."""

    def __init__(self, of: Any) -> None:
        self.of = of
        self.width = of.size if isinstance(of, RecordType) else of.bitwidth // 8
        super().__init__(f"at_{of}")

    @property
    def key(self) -> Any:
        """By elements."""
        return "at", self.of


class BlocksType(types.Type):  # type: ignore[misc]
    """A parameter of neurons; its value is the address of two words."""

    def __init__(self, of: Any) -> None:
        self.of = of
        super().__init__(f"blocks_{of}")


@register_default(RecordType)
@register_default(PointerType)
@register_default(BlocksType)
class _AddressModel(models.PrimitiveModel):  # type: ignore[misc]
    """An address."""

    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, _BYTE.as_pointer())


def _element(of: Any) -> Any:
    return of.typed if hasattr(of, "typed") else numba.from_dtype(np.dtype(of))


def _typed(field: Any) -> Any:
    """The type of a field's value."""
    if field.form == "number":
        return types.int64
    if field.form == "blocks":
        return BlocksType(_element(field.of))
    of = _element(field.of)
    return of if field.form == "records" and not field.count else PointerType(of)


def reader(record: Any) -> Any:
    """What kernels call to read a record at an address."""
    kind = record.typed

    @intrinsic  # type: ignore[untyped-decorator]
    def at(typingctx: Any, address: Any) -> Any:
        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            return builder.inttoptr(args[0], _BYTE.as_pointer())

        return kind(types.int64), codegen

    typing = cpu_target.typing_context
    typing.refresh()  # it is not known before
    return typing.resolve_value_type(at)


# ---------------------------------------------------------------- fields
@infer_getattr
class _Fields(AttributeTemplate):  # type: ignore[misc]
    key = RecordType

    def generic_resolve(self, kind: Any, name: str) -> Any:
        found = kind.fields.get(name)
        return None if found is None else found[1]


def _place(builder: Any, base: Any, offset: Any, kind: Any) -> Any:
    """A pointer to what lies some bytes behind an address."""
    if isinstance(offset, int):
        offset = ir.Constant(_INT64, offset)
    return builder.bitcast(builder.gep(base, [offset]), kind.as_pointer())


@lower_getattr_generic(RecordType)  # type: ignore[untyped-decorator]
def _get_field(context: Any, builder: Any, kind: Any, value: Any, name: str) -> Any:
    offset, typed = kind.fields[name]
    if kind.record.fields[name].form in ("records", "blocks"):
        return _place(builder, value, offset, _BYTE)
    return builder.load(_place(builder, value, offset, context.get_value_type(typed)))


@lower_setattr_generic(RecordType)  # type: ignore[untyped-decorator]
def _set_field(context: Any, builder: Any, sig: Any, args: Any, name: str) -> Any:
    offset, typed = sig.args[0].fields[name]
    value = context.cast(builder, args[1], sig.args[1], typed)
    builder.store(value, _place(builder, args[0], offset, context.get_value_type(typed)))


# ---------------------------------------------------------------- elements
def _index(kind: Any) -> Any:
    return types.uint64 if isinstance(kind, types.Integer) and not kind.signed else types.int64


@infer_global(operator.getitem)
class _GetElement(AbstractTemplate):  # type: ignore[misc]
    def generic(self, args: Any, kws: Any) -> Any:
        kind, index = args
        if isinstance(kind, PointerType) and isinstance(index, types.Integer):
            return signature(kind.of, kind, _index(index))
        return None


@infer_global(operator.setitem)
class _SetElement(AbstractTemplate):  # type: ignore[misc]
    def generic(self, args: Any, kws: Any) -> Any:
        kind, index, _ = args
        if isinstance(kind, PointerType) and isinstance(index, types.Integer):
            return signature(types.none, kind, _index(index), kind.of)
        return None


@infer_global(bool)
@infer_global(operator.not_)
class _IsThere(AbstractTemplate):  # type: ignore[misc]
    def generic(self, args: Any, kws: Any) -> Any:
        return signature(types.boolean, args[0]) if len(args) == 1 and isinstance(args[0], PointerType) else None


def _behind(builder: Any, kind: Any, base: Any, k: Any) -> Any:
    """The address of an element."""
    return builder.gep(base, [builder.mul(k, ir.Constant(_INT64, kind.width))])


@lower_builtin(operator.getitem, PointerType, types.Integer)  # type: ignore[untyped-decorator]
def _get_element(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    kind = sig.args[0]
    place = _behind(builder, kind, *args)
    if isinstance(kind.of, RecordType):
        return place
    return builder.load(builder.bitcast(place, context.get_value_type(kind.of).as_pointer()))


@lower_builtin(operator.setitem, PointerType, types.Integer, types.Any)  # type: ignore[untyped-decorator]
def _set_element(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    kind = sig.args[0]
    place = _behind(builder, kind, args[0], args[1])
    builder.store(args[2], builder.bitcast(place, context.get_value_type(kind.of).as_pointer()))
    return context.get_dummy_value()


@lower_builtin(bool, PointerType)  # type: ignore[untyped-decorator]
def _is_there(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    return builder.icmp_unsigned("!=", args[0], ir.Constant(args[0].type, None))


@lower_builtin(operator.not_, PointerType)  # type: ignore[untyped-decorator]
def _is_not_there(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    return builder.icmp_unsigned("==", args[0], ir.Constant(args[0].type, None))


# ---------------------------------------------------------------- views
def _view(context: Any, builder: Any, of: Any, place: Any, length: Any) -> Any:
    array = types.Array(of, 1, "C")
    return put(context, builder, array, builder.bitcast(place, context.get_data_type(of).as_pointer()), length)


@intrinsic  # type: ignore[untyped-decorator]
def _part(typingctx: Any, array: Any, first: Any, length: Any) -> Any:
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return _view(context, builder, array.of, _behind(builder, array, args[0], args[1]), args[2])

    def of_view(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        data = context.make_array(array)(context, builder, args[0]).data
        return put(context, builder, array, builder.gep(data, [args[1]]), args[2])

    if isinstance(array, types.Array):
        return array(array, types.int64, types.int64), of_view
    return types.Array(array.of, 1, "C")(array, types.int64, types.int64), codegen


@intrinsic  # type: ignore[untyped-decorator]
def _whole(typingctx: Any, array: Any, length: Any) -> Any:
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return _view(context, builder, array.of, *args)

    return types.Array(array.of, 1, "C")(array, types.int64), codegen


def _words(builder: Any, value: Any) -> tuple[Any, Any]:
    """Address of a parameter's first block, and bytes from block to block."""
    first = builder.load(builder.bitcast(value, _BYTE.as_pointer().as_pointer()))
    return first, builder.load(_place(builder, value, _WORD, _INT64))


@intrinsic  # type: ignore[untyped-decorator]
def _block(typingctx: Any, parameter: Any, number: Any, length: Any) -> Any:
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        first, step = _words(builder, args[0])
        return _view(context, builder, parameter.of, builder.gep(first, [builder.mul(args[1], step)]), args[2])

    return types.Array(parameter.of, 1, "C")(parameter, types.int64, types.int64), codegen


@intrinsic  # type: ignore[untyped-decorator]
def _varies(typingctx: Any, parameter: Any) -> Any:
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.icmp_signed("!=", _words(builder, args[0])[1], ir.Constant(_INT64, 0))

    return types.boolean(parameter), codegen


@intrinsic  # type: ignore[untyped-decorator]
def _address_of(typingctx: Any, array: Any, place: Any) -> Any:
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.ptrtoint(_behind(builder, array, *args), _INT64)

    return types.int64(array, types.int64), codegen


if COMPILED:
    part, whole, block, varies, address_of = _part, _whole, _block, _varies, _address_of
else:

    def part(array: Any, first: int, length: int) -> Any:
        """A view of a part of an array."""
        return array[first : first + length] if isinstance(array, np.ndarray) else array.part(first, length)

    def whole(array: Any, length: int) -> Any:
        """A view of an array."""
        return array.part(0, length)

    def block(parameter: Any, number: int, length: int) -> Any:
        """A view of one block of a parameter."""
        return parameter.block(number, length)

    def varies(parameter: Any) -> bool:
        """Whether a parameter has a value for each neuron."""
        return bool(parameter.step)

    def address_of(array: Any, place: int) -> int:
        """The address of an element."""
        return int(array.address + place * array.size)
