"""Names of Lava's compiler for neuromorphic cores: there is one compiler here, for all processes."""

from lava_api.magma.compiler.compiler import Compiler as NcProcCompiler
from lava_api.magma.compiler.options import CompilerOptions

__all__ = ["CompilerOptions", "NcProcCompiler"]
