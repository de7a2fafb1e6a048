"""How kernels are compiled: every Numba flag of the project, and what Numba would do beside that nobody needs.

Kernels are compiled into the leaves that call them. So they get no machine code of their own, no way in from Python or
C, and nothing that counts references. That is more than half of what compiling would take otherwise.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import numba
from llvmlite import binding
from numba import types
from numba.core import compiler, sigutils, untyped_passes
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler_lock import global_compiler_lock
from numba.core.registry import CPUDispatcher, cpu_target
from numba.core.targetconfig import ConfigStack

from loihi_emu.jit import extremes
from loihi_emu.jit.call_types import remembering

OPTIONS: dict[str, Any] = {"error_model": "numpy", "nogil": True}
_LEAF_SIGNATURE = types.void(types.int64, types.int64)


_KNOWN = tuple(numba.version_info[:2]) == (0, 68)
"""Whether this is a version of Numba whose passes were compared with those here: the machine code is the same."""


class _Library(JITCodeLibrary):  # type: ignore[misc]
    """LLVM's code, with the passes that change it."""

    counts = False
    """Whether it counts references."""

    def _optimize_functions(self, ll_module: Any) -> None:
        if not _KNOWN:
            super()._optimize_functions(ll_module)
            return
        ll_module.data_layout = self._codegen._data_layout
        passes, builder = self._codegen._function_pass_manager()
        for function in ll_module.functions:
            if not function.is_declaration:  # several are declared for one that is defined
                passes.run(function, builder)

    def _optimize_final_module(self) -> None:
        if not _KNOWN or self.counts:
            super()._optimize_final_module()
            return
        passes, builder = self._codegen._module_pass_manager()  # without those that prepare for counting less
        passes.run(self._final_module, builder)


class _InnerLibrary(_Library):
    """The code of a kernel, for its callers to link."""

    def _finalize_final_module(self) -> None:
        self._finalize_dynamic_globals()
        self._verify_declare_only_symbols()
        self._finalized = True


class _OuterLibrary(_Library):
    """The code of a leaf: nothing in it can be seen from outside but the way in."""

    way_in = ""

    def _finalize_final_module(self) -> None:
        for function in self._final_module.functions:
            if not function.is_declaration and function.name != self.way_in:
                function.linkage = "internal"
        super()._finalize_final_module()


_LEFT_OUT = {
    "DeadBranchPrune", "DumpParforDiagnostics", "FindLiterallyCalls", "InlineClosureLikes", "InlineInlinables",
    "InlineOverloads", "LiteralPropagationSubPipelinePass", "LiteralUnroll", "MakeFunctionToJitFunction",
    "NoPythonSupportedFeatureValidation", "NopythonRewrites", "RewriteDynamicRaises", "RewriteSemanticConstants",
    "WithLifting",
}  # fmt: skip
"""Numba's passes over a function that change nothing in kernels: they are for what kernels do not use."""


class _Pipeline(compiler.Compiler):  # type: ignore[misc]
    """Numba's pipeline without what kernels do not need."""

    def __init__(self, typingctx: Any, *others: Any) -> None:
        super().__init__(remembering(typingctx), *others)

    def define_pipelines(self) -> list[Any]:
        pipelines: list[Any] = super().define_pipelines()
        for pipeline in [] if self.state.flags.nrt else pipelines:
            pipeline.passes[:] = [one for one in pipeline.passes if one[0].__name__ not in _LEFT_OUT]
            with suppress(AttributeError, ValueError):  # no pass of that name
                pipeline.add_pass_after(extremes.ExtremesOfTwo, untyped_passes.TranslateByteCode)
            pipeline.finalize()
        return pipelines


class _InnerPipeline(_Pipeline):
    def __init__(
        self, typingctx: Any, targetctx: Any, library: Any, args: Any, return_type: Any, flags: Any, *others: Any
    ) -> None:
        if library is None:
            library = _InnerLibrary(targetctx.codegen(), "kernel")
            library.counts = flags.nrt
        super().__init__(typingctx, targetctx, library, args, return_type, flags, *others)


class KernelFunction(CPUDispatcher):  # type: ignore[misc]
    """A function that kernels call; called from Python it is compiled once more, with a way in."""

    def __init__(self, function: Callable[..., Any], noalias: bool = False, inlined: bool = False) -> None:
        self.compiled_as = "disjoint" if noalias else "inlined" if inlined else "kernel"
        self._alone: Any = None
        super().__init__(function, targetoptions={"nopython": True, **OPTIONS}, pipeline_class=_InnerPipeline)

        self._counts = False

        def flags(chosen: Any) -> Any:
            chosen.noalias, chosen.forceinline = noalias, inlined
            return _bare(chosen, self._counts)

        self._compiler._customize_flags = flags

    def get_call_template(self, args: Any, kws: Any) -> Any:
        """Numba asks for the types that a call returns; all numbers of one type share one version."""
        return super().get_call_template([types.unliteral(a) for a in args], kws)

    def compile(self, sig: Any) -> Any:
        """Compile for types of arguments, to be called by other kernels."""
        with global_compiler_lock, self._compiling_counter:
            args, returns = sigutils.normalize_signature(sig)
            if args not in self.overloads:
                result = self._compile(args, returns)
                key = object()  # the name by which callers find it
                self.targetctx.insert_user_function(key, result.fndesc, [result.library])
                self.overloads[args] = result._replace(entry_point=key)
            return self.overloads[args].entry_point

    def _compile(self, args: Any, returns: Any) -> Any:
        caller = ConfigStack.top_or_none()
        self._counts = caller is not None and caller.nrt  # of a function that Python calls: it may make arrays
        try:
            return self._compiler.compile(args, returns)
        except Exception:
            if self._counts:
                raise
            self._counts = True  # one that returns arrays
            self._compiler._failed_cache.clear()
            return self._compiler.compile(args, returns)

    def _compile_for_args(self, *args: Any, **kws: Any) -> Any:
        if self._alone is None:
            self._alone = numba.njit(**OPTIONS)(self.py_func)
        return self._alone


def _bare(flags: Any, counts: bool = False) -> Any:
    """Leave out what only functions need that Python calls; count references where that is wanted."""
    flags.no_cpython_wrapper = flags.no_cfunc_wrapper = flags.no_compile = True
    flags.nrt, flags.enable_pyobject = counts, False
    return flags


@contextmanager
def uncollected() -> Iterator[None]:
    """Compile without collecting garbage meanwhile: there is next to none, and looking for it takes 7 % of the time."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def prepare() -> None:
    """Let Numba gather what compiling needs."""
    with uncollected():
        cpu_target.typing_context.refresh()
        cpu_target.target_context.refresh()


def compile_leaf(function: Callable[[int, int], None]) -> tuple[str, bytes, int, Any]:
    """Compile a leaf.

    Returns
    -------
    name : str
        The way in, a symbol of the machine code.
    code : bytes
        An object file.
    address : int
        Where the way in lies in this process.
    library : object
        What keeps it there.
    """
    typing, target = cpu_target.typing_context, cpu_target.target_context
    with global_compiler_lock, uncollected():
        flags = compiler.Flags()
        cpu_target.options.parse_as_flags(flags, {"nopython": True, **OPTIONS})
        flags = _bare(flags)
        flags.no_cfunc_wrapper = False
        library = _OuterLibrary(target.codegen(), function.__qualname__)
        library.enable_object_caching()
        result = compiler.compile_extra(
            typing, target, function, _LEAF_SIGNATURE.args, _LEAF_SIGNATURE.return_type, flags, {}, library, _Pipeline
        )
        library.way_in = name = result.fndesc.llvm_cfunc_wrapper_name
        address = int(library.get_pointer_to_function(name))
        return name, library._get_compiled_object(), address, library


def load_leaf(name: str, code: bytes) -> tuple[int, Any]:
    """Address of the way in of machine code, and what keeps it there."""
    with global_compiler_lock:
        codegen = cpu_target.target_context.codegen()
        stub = binding.parse_assembly(f'define void @"{name}"() {{\n  ret void\n}}').as_bitcode()
        library = codegen.unserialize_library((name, "object", (code, stub)))
        return int(library.get_pointer_to_function(name)), library
