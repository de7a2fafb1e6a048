"""``min`` and ``max`` of two numbers in kernels: a function of two instructions each, where Numba compiles several.

Numba types and compiles a Python function for each pair of types, with machine code that nobody calls. Results are the
same, also of NaN, and so are the kernels: the function is one that LLVM sees and inlines as it would Numba's.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from llvmlite import ir as llvm
from numba import types
from numba.core import ir
from numba.core.compiler_machinery import FunctionPass, register_pass
from numba.extending import intrinsic


def _of_two(function: Callable[..., Any], compare: Callable[[Any, Any], Any]) -> Any:
    """The second of two numbers where it compares so with the first, else the first: what Python's function returns."""

    @intrinsic  # type: ignore[untyped-decorator]
    def pick(typingctx: Any, a: Any, b: Any) -> Any:
        if not all(isinstance(one, (types.Integer, types.Float)) for one in (a, b)):
            return _as_numba_does(typingctx, function, a, b)
        common = typingctx.unify_types(a, b)

        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            first, second = (context.cast(builder, value, t, common) for value, t in zip(args, (a, b), strict=True))
            return builder.call(_function(context, builder.module), [first, second])

        def _function(context: Any, module: Any) -> Any:
            name = f"loihi_emu.{function.__name__}.{common}"
            if name not in module.globals:
                word = context.get_value_type(common)
                made = llvm.Function(module, llvm.FunctionType(word, [word, word]), name)
                made.linkage = "linkonce_odr"  # one for all kernels of a leaf, and none once they are inlined
                inner, (first, second) = llvm.IRBuilder(made.append_basic_block()), made.args
                compares = context.get_function(compare, types.boolean(common, common))
                inner.ret(inner.select(compares(inner, (second, first)), second, first))
            return module.globals[name]

        return common(a, b), codegen

    return pick


def _as_numba_does(typingctx: Any, function: Callable[..., Any], a: Any, b: Any) -> Any:
    """What Numba has for others than numbers."""
    kind = typingctx.resolve_value_type(function)
    found = typingctx.resolve_function_type(kind, (a, b), {})

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return context.get_function(kind, found)(builder, args)

    return found, codegen


OF_TWO = {min: _of_two(min, operator.lt), max: _of_two(max, operator.gt)}


@register_pass(mutates_CFG=False, analysis_only=False)
class ExtremesOfTwo(FunctionPass):  # type: ignore[misc]
    """Numba's pass that puts them in place."""

    _name = "loihi_emu_extremes_of_two"

    def __init__(self) -> None:
        super().__init__()

    def run_pass(self, state: Any) -> bool:
        """Change what the name in a call stands for, where the call has two arguments; nothing where that fails."""
        found: list[Any] = []
        with suppress(AttributeError, TypeError):  # Numba's language of functions has changed
            found = _calls(state.func_ir)
        for value in found:
            value.value = OF_TWO.get(value.value, value.value)
        return bool(found)


def _calls(func_ir: Any) -> list[Any]:
    """What the name stands for in each call of two arguments, in Numba's words."""
    named: dict[str, Any] = {}
    called: list[str] = []
    for block in func_ir.blocks.values():
        for one in block.find_insts(ir.Assign):
            value = one.value
            if isinstance(value, ir.Global) and (value.value is min or value.value is max):
                named[one.target.name] = value
            elif isinstance(value, ir.Expr) and value.op == "call" and not value.kws and value.vararg is None:
                called += [value.func.name] if len(value.args) == 2 else []
    return [named[name] for name in called if name in named]
